"""Contacts from a script: one JSON object a line on standard input, all in one change (CLI.md, `--stdin`)."""

import json as json_format
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import IO, Any

from crmcli.commands.shared import contacts, records
from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.errors import PARTLY_DONE, BadValue, CrmError
from crmcli.locale import _, plural
from crmcli.store.changes import Change
from crmcli.store.finding import find_customer


def log_lines(crm: Context, json: bool, reveal: bool, dry_run: bool, reason: str | None) -> int:
    """Log every line that can be read, tell those that cannot; the exit code is 5 when there were any."""
    made: list[tuple[int, list[int]]] = []
    bad = 0
    with _everything_from(sys.stdin.buffer) as lines:
        crm.write(dry_run)
        values = Values(crm)
        with _change(crm, reason) as change:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    made.append(_log(crm, values, change, line))
                except CrmError as error:
                    if error.code == 10:  # the file, not the line, is bad
                        raise
                    bad += 1
                    why = _("line {line}: {why}").format(line=number, why=error.sentence(_))
                    crm.screen.note(why)
    _show(crm, made, bad, json, reveal)
    return PARTLY_DONE if bad else 0


def _everything_from(stream: IO[bytes]) -> IO[bytes]:
    """The stream read to its end before anything is locked, for who writes it may want to write to the file, too."""
    from tempfile import TemporaryFile

    kept = TemporaryFile()  # noqa: SIM115, it is given away open
    kept.writelines(stream)  # line by line: at a terminal one Ctrl-D ends it
    kept.seek(0)
    return kept


def _change(crm: Context, reason: str | None) -> AbstractContextManager[Any]:
    """One change; none where there is no file, for there no line names a customer, and nothing is to be made."""
    return crm.change(reason) if crm.db.exists else nullcontext()


def _log(crm: Context, values: Values, change: Change, line: bytes) -> tuple[int, list[int]]:
    name, told = contacts.told_by(_object(line))
    contact = contacts.read(crm, values, find_customer(crm.db, name), told)
    return contacts.write(change, contact)


def _object(line: bytes) -> dict[str, Any]:
    try:
        item = json_format.loads(line.removeprefix(b"\xef\xbb\xbf").decode())
    except UnicodeDecodeError:
        raise BadValue("the line is not UTF-8 text; save it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise BadValue("the line is no JSON object ({error})", error=error) from None
    if not isinstance(item, dict):
        raise BadValue(
            "the line is no JSON object; write it like {example}",
            example='{"customer": "c12", "summary": "…"}',
        )
    return item


def _show(
    crm: Context, made: list[tuple[int, list[int]]], bad: int, json: bool, reveal: bool
) -> None:
    if json:
        mask = records.privacy(crm, reveal)
        items: list[dict[str, Any]] = []
        for start in range(0, len(made), 1000):
            keys = [key for key, _tasks in made[start : start + 1000]]
            rows = [row for key in keys if (row := crm.db.row("interaction_row", id=key))]
            items += records.interaction_records(crm, rows, mask)
        crm.screen.json_list("interactions", items, masked=mask.did_mask)
        return
    names = [name for key, tasks in made for name in (f"i{key}", *(f"t{task}" for task in tasks))]
    crm.confirm(
        lambda: plural("Logged {n} contact.", "Logged {n} contacts.", len(made)).format(
            n=len(made)
        ),
        *names,
    )
    if bad:
        crm.screen.note(
            plural("{n} line was skipped.", "{n} lines were skipped.", bad).format(n=bad)
        )
