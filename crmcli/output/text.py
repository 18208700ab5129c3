"""Text from outside made safe to show, and measured in screen columns (DESIGN §4)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from crmcli import plain
from crmcli.locale import _

# Joiners that real names and emoji need; everything else invisible is shown as its code.
_HARMLESS = frozenset("\u200c\u200d\ufe0e\ufe0f")
_JOINER = "\u200d"
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_AS_EMOJI = "\ufe0f"  # makes the character before it a coloured picture, two columns wide
_NO_WIDTH = frozenset(("Mn", "Me"))
# Compiled when such a text comes, which is rare.
_OBEYED = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
_OBEYED_IN_JSON = "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"


def aligned(lines: Iterable[str]) -> list[str]:
    """Lines that begin with a reference, with what follows it one below the other."""
    if plain.is_used():
        return list(lines)
    split = [(line, *line.partition("  ")) for line in lines]
    is_ref = re.compile(r"[a-z]\d+").fullmatch
    room = max((len(head) for _line, head, _gap, _rest in split if is_ref(head)), default=0)
    return [
        f"{head:<{room}}{gap}{rest}" if is_ref(head) else line for line, head, gap, rest in split
    ]


def visible(text: str) -> str:
    """`text` with control, escape and direction-override characters shown instead of obeyed; one line."""
    if text.isprintable():
        return text
    return "".join(map(_shown, text))


def visible_lines(text: str) -> str:
    """The same, but line breaks and tabs stay."""
    return "\n".join(visible(line.replace("\t", "    ")) for line in text.splitlines())


def in_json(text: str) -> str:
    """JSON `text` with what a terminal would obey as escapes: the same data, but harmless to look at."""
    if text.isprintable():
        return text
    return re.sub(_OBEYED_IN_JSON, lambda match: f"\\u{ord(match[0]):04x}", text)


def in_csv(text: str) -> str:
    """A CSV cell without control characters; line breaks and tabs stay, they are quoted."""
    return text if text.isprintable() else re.sub(_OBEYED, lambda match: _shown(match[0]), text)


def _shown(character: str) -> str:
    if character.isprintable() or character in _HARMLESS:
        return character
    if character in "\n\r\v\f\u2028\u2029":
        return "⏎"
    if character in "\t\u00a0\u3000\u2003\u2002\u2009\u202f":
        return " "
    code = ord(character)
    if code < 32:
        return chr(0x2400 + code)  # the pictures of control characters: ␛ for escape
    if code == 127:
        return "␡"
    return f"<U+{code:04X}>"


def width(text: str) -> int:
    """The columns `text` takes on a screen: two for wide characters, none for marks and joiners."""
    if text.isascii():
        return len(text)
    return sum(_columns_of_each(text))


def _columns_of_each(text: str) -> Iterator[int]:
    before = 0
    for character in text:
        before = 1 if character == _AS_EMOJI and before == 1 else _columns(character)
        yield before


def _columns(character: str) -> int:
    if character in _HARMLESS or unicodedata.category(character) in _NO_WIDTH:
        return 0
    if "\u1160" <= character <= "\u11ff":  # the later parts of a Korean syllable typed in pieces
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, columns: int) -> str:
    """`text` filled with spaces to `columns`, unless all is to be said plainly."""
    return text if plain.is_used() else text + " " * (columns - width(text))


def labelled(label: str, columns: int, text: str) -> str:
    """What `label` is, with the texts of labels of up to so many columns one below the other; plainly `label: text`."""
    if plain.is_used():
        return _("{field}: {text}").format(field=label, text=text) if label else text
    return f"{pad(label, columns)}  {text}"


def spoken(line: str) -> str:
    """A laid out line as it is said plainly: what stands apart on the screen is set apart by a sign."""
    return _("; ").join(re.split(" {2,}", line.strip(" ")))


def fit(text: str, columns: int) -> str:
    """`text` cut to `columns`, an ellipsis showing that it was; never within a picture that several signs make."""
    if width(text) <= columns:
        return text
    length = used = 0
    for columns_of_it in _columns_of_each(text):
        used += columns_of_it
        if used > columns - 1:
            break
        length += 1
    while length and _is_within(text, length):
        length -= 1
    return text[:length] + "…"


def _is_within(text: str, place: int) -> bool:
    """True when what stands on both sides of the place is seen as one: a family of emoji, a flag of two letters."""
    if text[place - 1] == _JOINER:
        return True
    letters = len(text[:place]) - len(text[:place].rstrip(_FLAG_LETTERS))
    return letters % 2 == 1 and text[place] in _FLAG_LETTERS
