"""Is a file one that `crm export` or `crm report` wrote? Told by what is in it, for its name says nothing (CLI.md, Export)."""

import re
import zipfile
import zlib
from pathlib import Path

from crmcli.exchange.vcard_out import PRODUCT
from crmcli.exchange.workbook_out import MADE_BY

_HEAD, _LONGEST_PROPERTIES = 4_096, 1 << 16
_BOM = b"\xef\xbb\xbf"
_PRODID = re.escape(f"PRODID:{PRODUCT}".encode())
_TEXT = re.compile(
    rb"ref,external_id,name,|ref,customer,customer_ref,|schema,schema_version,masked,record,"
    rb'|record,ref,why,deleted,field,value\r?\n|\{\s*"schema": "crm\.subject/|\{"record": "subject", '
    rb'|\{"schema": "crm\.all/|\{"ref": "[a-z]\d+", "(?:external_id|customer)": '
    rb"|BEGIN:VCARD\r\nVERSION:[^\r]+\r\n" + _PRODID + rb"\r\n"
    rb'|<!doctype html>\n<html lang="[a-z]+">\n<head>\n<meta charset="utf-8">\n<meta name="generator" content="crm report">'
    rb"|BEGIN:VCALENDAR\r\n(?:[^\r]+\r\n){0,4}" + _PRODID + rb"\r\n"
).match
_WORKBOOK = b"PK\x03\x04"
_NOTE = re.compile(rb"<dc:description>([^<]*)</dc:description>").search
_MADE = re.compile(rb"<dcterms:created[^>]*>([^<]*)<").search
_SAVED = re.compile(rb"<dcterms:modified[^>]*>([^<]*)<").search


def is_earlier_export(path: Path) -> bool:
    """True when nothing is lost by replacing the file: an export in any format, a report's page, or an empty file.

    A workbook that another program has saved since is somebody's work. False, too, for what cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
        if head.startswith(_WORKBOOK):
            return _is_own_workbook(path)
    except OSError:
        return False
    return not head or _TEXT(head.removeprefix(_BOM)) is not None


def _is_own_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as parts, parts.open("docProps/core.xml") as properties:
            text = properties.read(_LONGEST_PROPERTIES)
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, RuntimeError):
        return False  # another zip, a damaged one, a locked one
    note, made, saved = _NOTE(text), _MADE(text), _SAVED(text)
    return bool(note and note[1] == MADE_BY.encode() and made and saved and made[1] == saved[1])
