"""Where the header of a table is: below a title, notes or a group row, as tools and people put them above it."""

import re
from collections.abc import Sequence

from crmcli.errors import BadValue
from crmcli.exchange.headers import is_known

LOOKED_AT = 30
"""How many of the first records are worth giving to `find_header`."""

# As far as a row is looked at; a header cell is no letter.
_WIDEST = 1_000
_LONGEST = 200
_SHOWN = 100
# What stands alone above a table: titles and notes, which are no column's name.
_PREAMBLE = re.compile(
    r"(名单|列表|明细|一览|汇总|清单|台账|档案|表)$"
    r"|^[(（【\[*＊※]*(注|注意|说明|备注|提示|声明|免责声明|填写说明|导出|数据来源|制表|查询|企查查|天眼查)"
    r"|(导出|制表|查询|更新|生成)(时间|日期|人)|^notes?:|\b(exported|generated|created) (on|at|by|from)\b|^(report|as of)\b",
    re.IGNORECASE,
)


def find_header(rows: Sequence[Sequence[str]], kind: str) -> int:
    """The place of the header of a table of `kind` among the first records of a file: 0 when the first is it.

    Another row is the header only where it is wider than the first and more of its cells are known headers, or where
    the first is plainly a title or a note; what is above it is to be skipped. Blank rows may be left out or not.
    """
    rows = [row[:_WIDEST] for row in rows[:LOOKED_AT]]
    first = next((place for place, row in enumerate(rows) if _width(row)), 0)
    if len(rows) <= first + 1:
        return first
    width, known = _width(rows[first]), _known(rows[first], kind)
    titled = width == 1 and not known and _is_preamble(rows[first])
    best, most = first, known
    for place in range(first + 1, len(rows)):
        row, wide = rows[place], _width(rows[place])
        if place == best + 1 and _completes(rows[best], row, kind):
            best, most = place, max(most, wide)
        elif wide > width or (titled and wide == 1):
            found = _known(row, kind)
            if found > most and (wide == 1 or (found >= 2 and found * 4 >= wide)):
                best, most = place, found
    if best == first and titled:
        return next((place for place, row in enumerate(rows) if _width(row) > 1), first)
    return best


def headers_at(rows: Sequence[Sequence[str]], place: int, kind: str) -> list[str]:
    """The headers of the row at `place`, white space made one space.

    A header that is merged over two rows stands in the upper one: it is taken from there.
    """
    headers = [" ".join(cell.split()) for cell in rows[place]]
    above = rows[place - 1] if place else []
    if place and _completes(above, rows[place], kind):
        headers.extend([""] * (len(above) - len(headers)))
        for at, cell in enumerate(above):
            headers[at] = headers[at] or " ".join(cell.split())
    return headers


def told_above(rows: Sequence[Sequence[str]]) -> list[BadValue]:
    """What stands above the header and is left out, as a sentence: for a Source's notes; nothing where there is none."""
    texts = [" ".join(" ".join(dict.fromkeys(filter(None, row))).split()) for row in rows]
    text = " / ".join(filter(None, texts))
    if not text:
        return []
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return [BadValue("skipped above the header: {text!r}", text=shown)]


def _width(row: Sequence[str]) -> int:
    """How many different texts are in it: a merged title may be repeated in each of its cells."""
    return len({text for cell in row if (text := cell[:_LONGEST].strip())})


def _known(row: Sequence[str], kind: str) -> int:
    """How many different known headers are in it."""
    return len({cell for cell in row if len(cell) <= _LONGEST and is_known(kind, cell)})


def _is_preamble(row: Sequence[str]) -> bool:
    text = next((cell[:_LONGEST].strip() for cell in row if cell.strip()), "")
    return bool(_PREAMBLE.search(text))


def _completes(above: Sequence[str], row: Sequence[str], kind: str) -> bool:
    """True when `row` is the lower of two header rows: nothing but headers, each gap of the upper one among them."""
    gaps = {place for place in range(len(row)) if place >= len(above) or not above[place].strip()}
    filled = [place for place, cell in enumerate(row) if cell.strip()]
    return (
        bool(gaps)
        and len(filled) > 1
        and gaps <= set(filled)
        and _width(above) > 1
        and all(is_known(kind, row[place]) for place in filled)
    )
