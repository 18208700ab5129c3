"""Templates (HANDBOOK §7): what stands open, what is refused, and that what is filled in is never looked at again."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.rules.messages import addressed, consent, left_out, read_template
from tests.support import heavy

KNOWN = ("name", "person", "city", "fields.seats", "fields.合同 号")


@pytest.mark.parametrize(
    ("text", "filled", "names"),
    [
        ("hello", "hello", []),
        ("{name}", "NAME", ["name"]),
        ("{{name}}", "NAME", ["name"]),
        ("{{ name }}, { name }", "NAME, NAME", ["name"]),
        ("{person} in {city}", "PERSON in CITY", ["person", "city"]),
        ("{fields.seats}{field.seats}", "FIELDS.SEATSFIELDS.SEATS", ["fields.seats"]),
        ("{fields.合同 号}", "FIELDS.合同 号", ["fields.合同 号"]),
        (r"\{name\}", "{name}", []),
        (r"\{{name}\}", "{NAME}", ["name"]),
        ("a\\b \\\\ \\", "a\\b \\\\ \\", []),
        ("100 % {name}\n\n%s %(x)s $name", "100 % NAME\n\n%s %(x)s $name", ["name"]),
    ],
)
def test_what_a_template_says(text: str, filled: str, names: list[str]) -> None:
    template = read_template(text, KNOWN)
    assert template.names == names
    assert template.filled({name: name.upper() for name in KNOWN}) == filled


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{nam}", "{nam} cannot be filled in; did you mean {name}?"),
        ("{{Name}}", "{Name} cannot be filled in; did you mean {name}?"),
        ("{fields.seat}", "{fields.seat} cannot be filled in; did you mean {fields.seats}?"),
        ("{0}", "{0} cannot be filled in; choose from {name}, {person}, {city}, {fields.seats}, {fields.合同 号}"),
        ("{name.__class__}", "{name.__class__} cannot be filled in; choose from {name}, {person}, {city}, {fields.seats}, {fields.合同 号}"),
        ("{name", "the brace at '{name' belongs to no name; write {name}, or \\{ and \\} for braces themselves"),
        ("a } b", "the brace at '} b' belongs to no name; write {name}, or \\{ and \\} for braces themselves"),
        ("{}", "the brace at '{}' belongs to no name; write {name}, or \\{ and \\} for braces themselves"),
        ("{{name}", "the brace at '{{name}' belongs to no name; write {name}, or \\{ and \\} for braces themselves"),
        ("{name}}", "the brace at '{name}}' belongs to no name; write {name}, or \\{ and \\} for braces themselves"),
        ("{na{me}", "the brace at '{na{me}' belongs to no name; write {name}, or \\{ and \\} for braces themselves"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(BadValue) as refused:
        read_template(text, KNOWN)
    assert str(refused.value) == sentence


@settings(max_examples=heavy(20), derandomize=True)
@given(st.text(), st.text())
def test_what_is_filled_in_is_never_looked_at(name: str, city: str) -> None:
    template = read_template("{name} – {{city}} – {name}", KNOWN)
    assert template.filled({"name": name, "city": city}) == f"{name} – {city} – {name}"


# --- who is written to ---


def person(key: int, **more: Any) -> dict[str, Any]:
    return {"id": key, "left_on": None, "consent": None, "key_person": 0, "priority": 0, **more}


@pytest.mark.parametrize(
    ("people", "who"),
    [
        ([], None),
        ([person(2), person(1)], 1),
        ([person(1), person(2, priority=1)], 2),
        ([person(1, priority=1), person(2, key_person=1)], 2),
        ([person(1, left_on="2026-01-01"), person(2)], 2),
        ([person(1, left_on="2026-01-01")], None),
        ([person(1, key_person=1, consent="refused"), person(2)], 2),
        ([person(1, consent="refused"), person(2, consent="refused", key_person=1)], 2),
        ([person(1), person(2, consent="given")], 1),
    ],
)
def test_who_is_addressed(people: list[dict[str, Any]], who: int | None) -> None:
    found = addressed(people)
    assert (found and found["id"]) == who


CUSTOMER = {"retired_on": None, "do_not_contact": 0, "consent": None}


@pytest.mark.parametrize(
    ("customer", "someone", "why", "agreed"),
    [
        ({}, None, None, None),
        ({"consent": "given"}, None, None, "given"),
        ({}, person(1, consent="given"), None, "given"),
        ({"consent": "refused"}, None, "consent_refused", "refused"),
        ({}, person(1, consent="refused"), "consent_refused", "refused"),
        ({"consent": "refused"}, person(1, consent="given"), "consent_refused", "refused"),
        ({"do_not_contact": 1}, person(1, consent="given"), "do_not_contact", "given"),
        ({"retired_on": "2026-01-01", "do_not_contact": 1}, None, "retired", None),
    ],
)
def test_who_is_left_out(
    customer: dict[str, Any], someone: Any, why: str | None, agreed: str | None
) -> None:
    assert left_out(CUSTOMER | customer, someone) == why
    assert consent(CUSTOMER | customer, someone) == agreed
