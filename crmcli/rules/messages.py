"""Messages made from a template: what stands open in it, and how it is filled in for one customer (HANDBOOK §7).

`{name}` stands for a value, and `{{name}}`, which other programs write, for the same; `\\{` and `\\}` are braces. What is
filled in is never looked at again: a customer called `{person}` is called just that.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from crmcli.errors import BadValue, Listed, near

CUSTOM = "fields."
"""What a custom field's name stands after."""

_PIECES = re.compile(
    r"""\\(?P<brace>[{}])
    | (?P<open>\{\{?) [ \t]* (?P<name>[^\s{}]+(?:[ \t]+[^\s{}]+)*) [ \t]* (?P<close>\}\}?)
    | (?P<stray>[{}])
    | (?P<plain>[^\\{}]+|\\)""",
    re.VERBOSE,
)
_AROUND = 20
"""How much of the text after a stray brace shows which one is meant."""


class Template(NamedTuple):
    """A text with open places: in turn what stands as it is, and what is filled in, the latter marked True."""

    pieces: tuple[tuple[str, bool], ...]

    @property
    def names(self) -> list[str]:
        """What must be known of a customer, each once, in the order it is wanted in."""
        return list(dict.fromkeys(text for text, is_open in self.pieces if is_open))

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with these values, which are not looked at."""
        return "".join(values[text] if is_open else text for text, is_open in self.pieces)


def read_template(text: str, known: Collection[str]) -> Template:
    """The template in a text; BadValue for a name that is not one of `known`, or a brace that belongs to none."""
    pieces: list[tuple[str, bool]] = []
    for found in _PIECES.finditer(text):
        if name := found["name"]:
            if len(found["open"]) != len(found["close"]):
                raise _stray(text, found.start())
            pieces.append((_known(name, known), True))
        elif found["stray"]:
            raise _stray(text, found.start())
        else:
            pieces.append((found["brace"] or found["plain"], False))
    return Template(tuple(pieces))


def _known(name: str, known: Collection[str]) -> str:
    asked = CUSTOM + name.removeprefix("field.") if name.startswith("field.") else name
    if asked in known:
        return asked
    if likely := near(asked, known):
        raise BadValue("{{{name}}} cannot be filled in; did you mean {{{near}}}?", name=name, near=likely)  # fmt: skip
    raise BadValue(
        "{{{name}}} cannot be filled in; choose from {known}",
        name=name,
        known=Listed(f"{{{one}}}" for one in known),
    )


def _stray(text: str, start: int) -> BadValue:
    return BadValue(
        "the brace at {text!r} belongs to no name; write {{name}}, or \\{{ and \\}} for braces themselves",
        text=text[start : start + _AROUND],
    )


# --- who gets one ---

RETIRED, DO_NOT_CONTACT, REFUSED = "retired", "do_not_contact", "consent_refused"
"""Why somebody gets no message."""


def addressed(people: Iterable[Any]) -> Any | None:
    """Who at a customer is written to: of those who are still there a key person, else one marked, else whoever came first.

    Who has refused to be written to is passed over, unless everybody has.
    """
    there = [one for one in people if not one["left_on"]]
    willing = [one for one in there if one["consent"] != "refused"] or there
    return min(
        willing,
        key=lambda one: (not one["key_person"], not one["priority"], one["id"]),
        default=None,
    )


def left_out(customer: Any, person: Any | None) -> str | None:
    """Why the customer gets no message, whatever it says (HANDBOOK §10); None when it may get one.

    Whoever is written to agrees for himself: of a customer without people, or who is one, its own word counts.
    """
    if customer["retired_on"]:
        return RETIRED
    if customer["do_not_contact"]:
        return DO_NOT_CONTACT
    return REFUSED if consent(customer, person) == "refused" else None


def consent(customer: Any, person: Any | None) -> str | None:
    """What holds of the two: given, refused, or None where nobody has said."""
    words = (customer["consent"], person["consent"] if person is not None else None)
    if "refused" in words:
        return "refused"
    return "given" if "given" in words else None
