"""Contacts from a script: one JSON object a line on standard input, all in one change (CLI.md, `--stdin`)."""

import json as json_format
import sys
from typing import Any

from crmcli.commands.shared import contacts, records
from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.errors import PARTLY_DONE, BadValue, CrmError
from crmcli.locale import _, plural
from crmcli.store.changes import Change
from crmcli.store.finding import find_customer


def log_lines(crm: Context, json: bool, reveal: bool, dry_run: bool, reason: str | None) -> int:
    """Log every line that can be read, tell those that cannot; the exit code is 5 when there were any."""
    crm.write(dry_run)
    values = Values(crm)
    made: list[tuple[int, list[int]]] = []
    bad = 0
    with crm.change(reason) as change:
        for number, line in enumerate(sys.stdin.buffer, start=1):
            if not line.strip():
                continue
            try:
                made.append(_log(crm, values, change, line))
            except CrmError as error:
                if error.code == 10:  # the file, not the line, is bad
                    raise
                bad += 1
                crm.screen.note(_("line {line}: {why}").format(line=number, why=error.sentence(_)))
    _show(crm, made, bad, json, reveal)
    return PARTLY_DONE if bad else 0


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
