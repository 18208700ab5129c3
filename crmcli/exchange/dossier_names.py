"""What a dossier's folder is called (HANDBOOK §10): a name that every file system takes, whatever the customer's is."""

import unicodedata
from collections.abc import Callable

from crmcli.rules.periods import MONTH, QUARTER, Period

MOST_BYTES = 255
"""Of one name in UTF-8, on every file system in use."""

_ROOM_FOR_NUMBER = len("(99999)")
_NEVER = frozenset('/\\:*?"<>|')
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_PORTS = [f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³"]
_DEVICES = frozenset(("con", "prn", "aux", "nul", "conin$", "conout$", "clock$", *_PORTS))
"""What Windows keeps for itself, whatever follows after a dot."""


def title_of(period: Period) -> str:
    """`2026年Q1需求档案`, `2026年需求档案`, `2026年3月需求档案`: the second part of a dossier's name, in every language."""
    year, first = period.first.year, period.first
    part = {QUARTER: f"Q{(first.month + 2) // 3}", MONTH: f"{first.month}月"}.get(period.unit, "")
    return f"{year}年{part}需求档案"


def folder_name(
    name: str,
    reference: str,
    period: Period,
    is_taken: Callable[[str], bool],
    is_ours: Callable[[str], bool],
) -> str:
    """The name of a new dossier's folder: counted up beside an earlier one of the same, with the reference where another
    customer's is called like this.

    Both are asked with names as `folded` makes them.
    """
    plain = first_name(name, reference, period)
    if is_taken(folded(plain)) and not is_ours(folded(plain)):
        plain = _named(name, reference, f"({reference})_{title_of(period)}")
    return numbered_name(plain, is_taken)


def numbered_name(name: str, is_taken: Callable[[str], bool]) -> str:
    """`name`, counted up until it is free."""
    found, number = name, 1
    while is_taken(folded(found)):
        number += 1
        found = f"{name}({number})"
    return found


def first_name(name: str, reference: str, period: Period) -> str:
    """What the folder is called when nothing stands in its way."""
    return _named(name, reference, f"_{title_of(period)}")


def folded(name: str) -> str:
    """Two names that are one and the same on some file system are equal when folded."""
    return unicodedata.normalize("NFC", name).casefold()


def _named(name: str, reference: str, ending: str) -> str:
    room = MOST_BYTES - _ROOM_FOR_NUMBER - len(ending.encode())
    return cut(safe_name(name) or reference, room) + ending


def safe_name(name: str) -> str:
    """`name` without what some file system does not take or a screen would obey; '' when nothing is left of it."""
    kept = "".join(map(_shown, unicodedata.normalize("NFC", name)))
    kept = " ".join(kept.split()).strip(". ")
    if kept.partition(".")[0].rstrip(" ").casefold() in _DEVICES:
        return f"_{kept}"
    return kept


def _shown(character: str) -> str:
    if character in _NEVER:
        return "_"
    category = unicodedata.category(character)
    if category in _UNSEEN:
        return " " if character in "\t\n\r\v\f\u2028\u2029\x85" else ""
    return " " if category == "Zs" else character


def cut(text: str, room: int) -> str:
    """As many whole characters as fit into `room` bytes."""
    return text.encode()[:room].decode(errors="ignore").rstrip(". ")
