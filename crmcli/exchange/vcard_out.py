"""Writing vCards that phones and address books read: 3.0 (RFC 2426) and 4.0 (RFC 6350); nothing in them but the record.

The same record is the same bytes each time: no REV, and a UID that stays.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from crmcli.errors import BadValue, Listed
from crmcli.rules.identity import phone_key
from crmcli.rules.key_dates import has_year, is_lunar

VERSIONS = ("3.0", "4.0")

PRODUCT = "-//crm//crm for the terminal//EN"
"""Who made the card: by it an import knows that its UID is a number of the customer's (exchange/vcard_cells.py)."""

OWN_UID = "urn:crm:"
"""Begins the UID of a record that has no number of another system; what follows is its reference in its own file."""

eastern = re.compile(r"[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]").search
"""Finds a sign of Chinese, Japanese or Korean, whose names and addresses go from the whole to the part, without spaces."""

_LONGEST = 75  # octets of a line, without its end
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MOBILE = re.compile(r"1[3-9]\d{9}").fullmatch
_CHINESE_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,4}").fullmatch
_SURNAME_OF_TWO = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|司空|夏侯|端木|南宫|独孤|轩辕|宇文|长孙|闻人|澹台|淳于|单于|申屠|公冶|钟离"
    "|鲜于|百里|呼延|东郭|西门|拓跋|赫连|太史|濮阳|歐陽|司馬|諸葛|東方|尉遲|公孫|獨孤|軒轅|長孫|聞人|澹臺|淳於|單于|鍾離|鮮于"
).match


def cards(customer: Mapping[str, Any], version: str) -> Iterator[str]:
    """The card of a customer, then one for each of its `people`, who are found at its name and address.

    `customer` is a record as `crm show c12 --json` and `crm export customers` give it (output/shapes.py). Anyone at a
    customer has no `people`, and so one card.
    """
    yield card(customer, version)
    where = {name: customer.get(name) for name in ("address", "city")}
    for person in customer.get("people") or ():
        yield card({**where, **person, "customer": customer["name"]}, version)


def card(person: Mapping[str, Any], version: str) -> str:
    """One vCard of `version` 3.0 or 4.0, every line ended by CRLF: a file of vCards is nothing but cards in a row.

    `person` is one of two records under their JSON names (output/shapes.py, commands/shared/leaving.py):
    someone at a customer, as `crm export people` gives them, known by the key `customer`, which must hold the
    customer's *name* (ORG; None leaves it out); or a customer, which has no such key: its `kind` says whether the card
    is a company's (ORG and FN are its name) or a person's. Read are `ref` or `external_id` (UID), `name`, `title`,
    `phones`, `emails`, `wechat`, `birthday` (as it is stored), `address`, `city`, `tags`, `note`; any may be
    missing or None but `name`, and masked values are written as they are. BadValue for another version.
    """
    if version not in VERSIONS:
        raise BadValue(
            "vCard {version} is not written; choose one of {known}",
            version=version,
            known=Listed(VERSIONS),
        )
    return "".join(map(_folded, _lines(person, version == "4.0")))


def _lines(person: Mapping[str, Any], is_new: bool) -> Iterator[str]:
    name = person.get("name") or ""
    is_company = "customer" not in person and person.get("kind") != "person"
    yield "BEGIN:VCARD"
    yield f"VERSION:{'4.0' if is_new else '3.0'}"
    yield f"PRODID:{PRODUCT}"
    if is_new:
        yield f"KIND:{'org' if is_company else 'individual'}"
    yield from _uid(person, is_new)
    yield f"FN:{_text(name)}"
    yield "N:" + ";".join(map(_text, ("", "") if is_company else _parts(name))) + ";;;"
    if is_company:
        yield f"ORG:{_text(name)}"
    elif person.get("customer"):
        yield f"ORG:{_text(person['customer'])}"
    if person.get("title"):
        yield f"TITLE:{_text(person['title'])}"
    for phone in person.get("phones") or ():
        yield f"TEL;TYPE={_phone_type(phone, is_new)}:{_text(phone)}"
    for email in person.get("emails") or ():
        yield f"EMAIL{'' if is_new else ';TYPE=INTERNET'}:{_text(email)}"
    if person.get("wechat"):
        yield _wechat(person["wechat"], is_new)
    if person.get("address") or person.get("city"):
        street, city = _text(person.get("address") or ""), _text(person.get("city") or "")
        yield f"ADR;TYPE={'work' if is_new else 'WORK'}:;;{street};{city};;;"
    if person.get("birthday"):
        yield from _birthday(person["birthday"], is_new)
    if person.get("tags"):
        yield "CATEGORIES:" + ",".join(map(_text, person["tags"]))
    if person.get("note"):
        yield f"NOTE:{_text(person['note'])}"
    if is_company and not is_new:
        yield "X-ABShowAs:COMPANY"
    yield "END:VCARD"


def _uid(person: Mapping[str, Any], is_new: bool) -> Iterator[str]:
    if person.get("external_id"):
        yield f"UID{';VALUE=text' if is_new else ''}:{_text(person['external_id'])}"
    elif person.get("ref"):
        yield f"UID:{OWN_UID}{person['ref']}"


def _parts(name: str) -> tuple[str, str]:
    """Family and given name, by which phones sort; one that cannot be told apart stands in the first place."""
    if _CHINESE_NAME(name):
        length = 2 if _SURNAME_OF_TWO(name) and len(name) > 2 else 1
        return name[:length], name[length:]
    given, space, family = ("", "", "") if eastern(name) else name.strip().rpartition(" ")
    return (family, given.strip()) if space else (name, "")


def _phone_type(phone: str, is_new: bool) -> str:
    if _MOBILE(phone_key(phone)):
        return "cell" if is_new else "CELL"
    return '"work,voice"' if is_new else "WORK,VOICE"


def _wechat(account: str, is_new: bool) -> str:
    """3.0 as Chinese phones write it; 4.0 has a property for addresses of messengers, whose value is a URI."""
    return f"IMPP:wechat:{quote(account, safe='')}" if is_new else f"X-WECHAT:{_text(account)}"


LUNAR_BIRTHDAY = "X-LUNAR-BIRTHDAY"


def _birthday(day: str, is_new: bool) -> Iterator[str]:
    if is_lunar(day):
        # 3.0 has no words for a day that is none of the common calendar.
        yield f"BDAY;VALUE=text:{day}" if is_new else f"{LUNAR_BIRTHDAY}:{day}"
    elif has_year(day):
        yield f"BDAY:{day.replace('-', '') if is_new else day}"
    elif is_new:
        yield f"BDAY:--{day.replace('-', '')}"
    else:
        # 3.0 knows no day without a year; this is how Apple says it, and others understand it.
        yield f"BDAY;X-APPLE-OMIT-YEAR=1604:1604-{day}"


def _text(value: str) -> str:
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = _NOT_TEXT.sub("", value).replace("\\", "\\\\")
    return value.replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """The line with its end; a long one in pieces of 75 octets at most, none of which ends within a character."""
    rest = line.encode()
    if len(rest) <= _LONGEST:
        return f"{line}\r\n"
    pieces = []
    room = _LONGEST
    while len(rest) > room:
        end = room
        while rest[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(rest[:end].decode())
        rest, room = rest[end:], _LONGEST - 1  # less the space that a piece begins with
    return "\r\n ".join([*pieces, rest.decode()]) + "\r\n"
