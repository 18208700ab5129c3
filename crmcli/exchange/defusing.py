"""Texts that a spreadsheet would take for a formula: made harmless on the way out, undone on the
way in, so that what is exported and imported again is what it was.

Other tools write a text as a formula instead, lest a sheet take it for a number: ``="0012"``.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_DEFUSED = re.compile(r"'+[=+\-@\t\r]")
_TEXT_FORMULA = re.compile(r'\s*="((?:[^"]|"")*)"\s*')
TEXT_FORMULA = '="'
"""What such a formula has in it."""


def defuse(text: str) -> str:
    """A text for a CSV or XLSX cell: with one more apostrophe in front where a spreadsheet would
    compute it (``=1+1``, ``+86…``), apostrophes already there counted, so that it can be undone.
    """
    return "'" + text if _FORMULA.match(text) else text


def undefuse(text: str) -> str:
    """A cell as it was before ``defuse``: one apostrophe less where it stands before a formula."""
    return text[1:] if _DEFUSED.match(text) else text


def text_of_formula(cell: str) -> str:
    """The text that a formula is nothing but: ``0012`` of ``="0012"``; any other cell as it is."""
    match = _TEXT_FORMULA.fullmatch(cell)
    return match[1].replace('""', '"') if match else cell
