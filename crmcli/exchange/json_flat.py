"""Objects as rows of a table: what is nested gets a dotted name, lists become one cell, people a row each (CLI.md, Import)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from crmcli.errors import BadValue, Listed
from crmcli.exchange.defusing import defuse
from crmcli.exchange.headers import recognise
from crmcli.exchange.json_text import Record
from crmcli.exchange.rows import name_person, read_roles
from crmcli.rules import consent

_CONSENT = tuple(f"person_{name}" for name in consent.COLUMNS)
PERSON_COLUMNS = (
    "person", "title", "person_role", "person_phone", "person_email", "wechat", *_CONSENT,
)  # fmt: skip
"""The columns of a customer's row that are of one of its people."""

_OF_PERSON = dict(
    zip(
        ("name", "title", "role", "phone", "email", "wechat", *consent.COLUMNS),
        PERSON_COLUMNS,
        strict=True,
    )
)
_PEOPLE = ("people", "contacts", "persons", "联系人")
_NOT_OF_PERSON = ("ref", "customer", "id", "priority", "key_person")
# What tools put an object's values into: HubSpot, JSON:API, search engines.
_WRAPPINGS = ("properties", "attributes", "_source")
_OF_SALESFORCE = {"type", "url"}
_DEEPEST = 8
_NESTED = {dict, list}

Cells = dict[str, str]
"""Texts by header."""


class Flattener:
    """Makes rows of `kind` of objects, and counts what no row can hold."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._headers: dict[str, str] = {}
        self._people_fields: dict[tuple[str, ...], Sequence[str | None]] = {}
        self._left_out: Counter[str] = Counter()
        self._of_people: Counter[str] = Counter()
        self._namesakes = 0
        self._steps = 0

    def flatten(self, record: Record) -> tuple[Cells, list[Cells]]:
        """The cells of an object, and those of each of its people."""
        cells: Cells = {}
        people: list[Cells] = []
        for name, value in record.items():
            kind = value.__class__
            if kind is str:
                self._put_text(cells, name, value)
            elif kind is list and self._kind == "customers" and name in _PEOPLE and _are_objects(value):  # fmt: skip
                people += self._people(value)
            elif kind is list and self._kind == "interactions" and name == "next" and _are_objects(value):  # fmt: skip
                self._put_steps(cells, value)
            elif kind is dict and (name == "fields" or name in _WRAPPINGS):
                self._unwrap(cells, name, value, record)
            else:
                self._put(cells, name, value, 0)
        if self._kind == "promises":  # the moment decides whether it was in time
            for day, moment in (("kept_on", "kept_at"), ("broken_on", "broken_at")):
                cells |= {day: cells[moment]} if cells.get(moment) else {}
        return cells, people

    def plain_headers(self, names: Sequence[str]) -> list[str]:
        """The headers of an object whose values are texts and the like; none when that is not all there is to it."""
        headers = list(map(self._header, names))
        is_special = self._kind == "promises" and not {"kept_at", "broken_at"}.isdisjoint(names)
        return [] if is_special or len(set(headers)) < len(headers) else headers

    def notes(self) -> list[BadValue]:
        """What was left out so far, a sentence each."""
        notes = []
        if self._left_out:
            notes.append(
                BadValue(
                    "left out, being lists or too deeply nested: {names}",
                    names=Listed(self._left_out),
                )
            )
        if self._steps:
            notes.append(
                BadValue(
                    "left out, for a contact takes one next step: {n} more; --as tasks takes them all",
                    n=self._steps,
                )
            )
        if +self._of_people:
            names = Listed(+self._of_people)
            notes.append(
                BadValue("left out of people: {names}; --as people takes them", names=names)
            )
        if self._namesakes:
            notes.append(
                BadValue(
                    "left out, having the name of another at the same customer: {n} people; --as people takes them",
                    n=self._namesakes,
                )
            )
        return notes

    # --- values ---

    def _put_text(self, cells: Cells, name: str, text: str) -> None:
        header = self._headers.get(name)
        if header is None:
            header = self._header(name)
        if not cells.get(header):  # of two names that are one header, the first that says something
            cells[header] = text

    def _header(self, name: str) -> str:
        header = defuse(" ".join(whole_characters(name).replace("\0", "").split()))
        if len(self._headers) < 100_000:
            self._headers[name] = header
        return header

    def _put(self, cells: Cells, name: str, value: Any, depth: int) -> None:
        if isinstance(value, dict):
            self._put_object(cells, name, value, depth)
        elif isinstance(value, list):
            text = _joined(value)
            if text is None:
                self._left_out[self._header(name)] += 1
            else:
                self._put_text(cells, name, text)
        else:
            self._put_text(cells, name, _text(value))

    def _put_object(self, cells: Cells, name: str, value: Record, depth: int) -> None:
        if depth > _DEEPEST:
            self._left_out[self._header(name)] += 1
        elif "ref" in value and "name" in value:  # a record as this program names it
            self._put(cells, name, value["name"], depth + 1)
        elif len(value) == 1 and next(iter(value)).startswith("$"):  # MongoDB's {"$oid": "…"}
            self._put(cells, name, next(iter(value.values())), depth + 1)
        else:
            for each, inner in value.items():
                self._put(cells, f"{name}.{each}", inner, depth + 1)

    def _unwrap(self, cells: Cells, name: str, value: Record, record: Record) -> None:
        if name == "fields" and ("name" in record or "ref" in record):  # this program's own
            prefix = "field."
        elif value.keys() == _OF_SALESFORCE:
            return
        else:
            prefix = ""
        for each, inner in value.items():
            self._put(cells, prefix + each, inner, 1)

    def _put_steps(self, cells: Cells, steps: Sequence[Record]) -> None:
        """What comes next: the first that is not done; a done one must not come back as one to do."""
        still = [one for one in steps if not one.get("done_on")]
        if still:
            self._put(cells, "next", still[0].get("text"), 1)
            self._put(cells, "next_on", still[0].get("on"), 1)
        self._steps += len(still[1:])

    # --- people ---

    def _people(self, found: Sequence[Record]) -> list[Cells]:
        people: list[Cells] = []
        names: set[str] = set()
        for one in found:
            person = self._person(one)
            name = "".join(person.get("person", "").split()).casefold()
            if name and name in names:
                self._namesakes += 1
            elif any(person.values()):
                people.append(person)
            names.add(name)
        return people

    def _person(self, one: Record) -> Cells:
        flat: Cells = {}
        for name, value in one.items():
            self._put(flat, name, value, 1)
        headers = tuple(flat)
        fields = self._people_fields.get(headers)
        if fields is None:
            fields = recognise("people", headers).fields
            if len(self._people_fields) < 1_000:
                self._people_fields[headers] = fields
        said: Cells = {}
        for header, field in zip(headers, fields, strict=True):
            text = flat[header]
            if field is None or field not in (*_OF_PERSON, "given_name", "family_name"):
                if text not in ("", "false") and header not in _NOT_OF_PERSON:
                    self._of_people[header] += 1
            elif text:
                said[field] = f"{said[field]}; {text}" if field in said else text
        name_person(said)
        if "role" in said and not _is_role(
            said["role"]
        ):  # elsewhere a role is what a title is here
            self._of_people["role"] += "title" in said
            said.setdefault("title", said.pop("role"))
        found = {column: said[field] for field, column in _OF_PERSON.items() if field in said}
        if "consent" in fields:  # so that one of the customer itself is not taken for the person's
            found.setdefault("person_consent", "")
        return found


def _is_role(text: str) -> bool:
    try:
        return bool(read_roles(text))
    except BadValue:
        return False


def _are_objects(found: Sequence[Any]) -> bool:
    return all(isinstance(one, dict) for one in found)


def _text(value: Any) -> str:
    """A value that is neither object nor list, as a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def is_plain(value: Any) -> bool:
    """True for a text, a number and the like, and for a list of such."""
    return value.__class__ is not dict and (
        value.__class__ is not list or _NESTED.isdisjoint(map(type, value))
    )


def plain_text(value: Any) -> str | None:
    """The cell of such a value; None for any other."""
    if isinstance(value, list):
        return _joined(value) if is_plain(value) else None
    return None if isinstance(value, dict) else _text(value)


def _joined(found: Sequence[Any]) -> str | None:
    """A list as one cell; None when that is impossible. Objects that have a `value` are as good as that."""
    texts = []
    for one in found:
        value = one.get("value", one) if isinstance(one, Mapping) else one
        if isinstance(value, (dict, list)):
            return None
        texts.append(_text(value))
    return "; ".join(filter(None, texts))


def whole_characters(text: str) -> str:
    """A text that can be written: half characters, which JSON can name, are replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
