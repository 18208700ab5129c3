"""All that is held about one person, for that person: complete, but for what is others' (HANDBOOK §10)."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from crmcli.commands.shared import archive_erasing
from crmcli.commands.shared.archiving import Archive
from crmcli.context import Context
from crmcli.errors import Ambiguous, BadValue, NotFound
from crmcli.exchange import csv_out, jsonl
from crmcli.output.shapes import Privacy
from crmcli.output.text import in_csv, in_json, visible
from crmcli.rules.erasing import Redactor
from crmcli.rules.identity import name_key
from crmcli.rules.masking import mask_numbers, mask_person
from crmcli.rules.references import Reference, read_reference, ref
from crmcli.rules.writings import query
from crmcli.store import erased, holding, search
from crmcli.store.holding import Held, Holding

Write = Callable[[str], object]


# --- who is meant ---


def find(crm: Context, text: str) -> Reference:
    """The person meant by `h3`, by the reference of a customer that is a person, or by name.

    BadValue for anything else, NotFound or Ambiguous likewise.
    """
    named = read_reference(text)
    if named is None:
        return _by_name(crm, text.strip())
    if named.table == "customer":
        row = crm.customer(text)
        if row["kind"] != "person":
            raise BadValue(
                "{ref} {name} is a company; name one of its people: crm show {ref} lists them",
                ref=f"c{row['id']}",
                name=row["name"],
            )
        return Reference("customer", row["id"])
    if named.table != "person":
        raise BadValue("{text} is no person; name one, like h3", text=text)
    if crm.db.row("person_row", id=named.key) is None:
        erased.refuse_erased(crm.db, named)
        raise NotFound("there is no person {text}; crm find NAME lists people", text=text)
    return Reference("person", named.key)


def _by_name(crm: Context, text: str) -> Reference:
    key = name_key(text) if text else ""
    found = [
        Reference("customer", row["id"])
        for row in crm.db.rows("customers_by_name", text=key)
        if key and row["kind"] == "person"
    ]
    keys = search.find(crm.db, "person", query(text).names, None)
    people = [row for row in search.rows_of(crm.db, "person", keys) if name_key(row["name"]) == key]
    found += [Reference("person", row["id"]) for row in people]
    if not found:
        raise NotFound("no person is called {text!r}; crm find NAME lists people", text=text)
    if len(found) > 1:
        raise Ambiguous(
            "{text!r} fits several people; name one by its reference",
            [_candidate(crm, one) for one in found],
            text=text,
        )
    return found[0]


def _candidate(crm: Context, one: Reference) -> str:
    row = crm.db.row(f"{one.table}_row", id=one.key)
    assert row is not None
    if one.table == "customer":
        return f"{one} {row['name']}"
    at = crm.db.row("customer_row", id=row["customer_id"])
    return f"{one} {row['name']} ({ref('customer', row['customer_id'])} {at['name'] if at else ''})"


# --- what is theirs, and what is others' ---


class Masking:
    """Masks what a text has of others; what is the person's own stays as it is."""

    def __init__(self, held: Holding, mask: Privacy) -> None:
        self._theirs, self._others = held.theirs, held.others
        self._mask = mask

    def record(self, held: Held) -> dict[str, Any]:
        """One thing held, as it is handed out."""
        columns = holding.texts_of(held.record)
        if held.record == "change_row":
            columns = holding.texts_of(held.fields["record"])
        elif held.record in ("change", "event"):
            columns = ("command", "reason", "detail")
        names = () if held.why == holding.OWN_DATA else ("owner", "tech_owner", "to_name", "by")
        fields = {name: self._value(name, value, columns, names) for name, value in held.fields.items()}  # fmt: skip
        return {
            "record": held.record,
            "ref": held.ref,
            "why": held.why,
            "deleted": held.deleted,
            "fields": fields,
        }

    def _value(
        self, name: str, value: Any, columns: Collection[str], names: Collection[str]
    ) -> Any:
        if isinstance(value, Mapping):  # before and after
            return {one: self._value(one, old, columns, names) for one, old in value.items()}
        if not isinstance(value, str) or name not in columns or not self._mask.masking:
            return value
        return "".join(self._pieces(value, name in names))

    def _pieces(self, text: str, is_name: bool) -> Iterator[str]:
        for piece in self._theirs.pieces(text):
            if piece.is_trace or not piece.text:
                yield piece.text
                continue
            if is_name:
                masked = mask_person(piece.text)
            else:
                masked = _without_names(self._others, mask_numbers(piece.text))
            self._mask.did_mask |= masked != piece.text
            yield masked


def _without_names(others: Redactor, text: str) -> str:
    return "".join(
        mask_person(piece.text) if piece.is_trace else piece.text for piece in others.pieces(text)
    )


# --- how it is written ---


Items = Iterator[dict[str, Any]]


def _json(items: Items, write: Write, on_terminal: bool, mask: Privacy) -> int:
    """One document for reading; kept until its end, for only then is it known whether anything was masked."""
    subject, *everything = items
    head: dict[str, Any] = {"schema": "crm.subject/1"}
    if mask.did_mask:
        head["masked"] = True
    who = {"ref": subject["ref"], "deleted": subject["deleted"], **subject["fields"]}
    answer = head | {"item": {**who, "held": everything}}
    # Its line breaks are its own: those of texts are written as escapes.
    lines = json.dumps(answer, ensure_ascii=False, indent=2).split("\n")
    write("\n".join(map(in_json, lines)) + "\n")
    return 1 + len(everything)


def _lines(items: Items, write: Write, on_terminal: bool, mask: Privacy) -> int:
    count = 0
    for item in items:
        write(in_json(jsonl.line(item)) + "\n")
        count += 1
    return count


_COLUMNS = ("record", "ref", "why", "deleted", "field", "value")


def _csv(items: Items, write: Write, on_terminal: bool, mask: Privacy) -> int:
    """A row for each field."""
    count = 0
    write(csv_out.line(_COLUMNS))
    for item in items:
        count += 1
        for name, value in item["fields"].items():
            told = jsonl.line(value) if isinstance(value, Mapping) else value
            texts = map(csv_out.cell, (*(item[one] for one in _COLUMNS[:4]), name, told))
            write(csv_out.line(map(visible if on_terminal else in_csv, texts)))
    return count


FORMATS: dict[str, Callable[[Items, Write, bool, Privacy], int]] = {
    "json": _json,
    "jsonl": _lines,
    "csv": _csv,
}
"""How it may be written: each writes all of it, and returns how many things there were."""

USUAL = "json"


def held(crm: Context, subject: Reference, mask: Privacy) -> Iterator[dict[str, Any]]:
    """All that is held about the person: the first says whom, the others why each is held."""
    found = holding.held_about(crm.db, subject, lambda stage: None)
    masking = Masking(found, mask)
    row = crm.db.row(f"{subject.table}_row", id=subject.key)
    assert row is not None
    whole = {"name": row["name"], "held_on": crm.today.isoformat()}
    whole |= {"customer": None, "customer_name": None}
    if subject.table == "person":
        at = crm.db.row("customer_row", id=found.customer)
        whole |= {"customer": ref("customer", found.customer), "customer_name": at["name"] if at else None}  # fmt: skip
    yield {"record": "subject", "ref": str(subject), "why": "subject", "deleted": row["deleted_at"] is not None, "fields": whole}  # fmt: skip
    for one in found.items:
        yield masking.record(one)
    archive = Archive(crm)
    own = [subject.key] if subject.table == "customer" else []
    for line in archive_erasing.holding(crm, archive, own, found.names):
        fields = {
            "customer": ref("customer", line.customer_id),
            "period": line.period,
            "path": str(archive.place_of(line)),
            "sealed_at": line.sealed_at,
        }
        yield masking.record(Held("dossier", None, holding.SEALED, False, fields))
