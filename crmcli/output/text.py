"""Text from outside made safe to show, and measured in screen columns (DESIGN §4)."""

import unicodedata

# Joiners that real names and emoji need; everything else invisible is shown as its code.
_HARMLESS = frozenset("\u200c\u200d\ufe0e\ufe0f")


def visible(text: str) -> str:
    """`text` with control, escape and direction-override characters shown instead of obeyed; one line."""
    if text.isprintable():
        return text
    return "".join(map(_shown, text))


def visible_lines(text: str) -> str:
    """The same, but line breaks and tabs stay."""
    return "\n".join(visible(line.replace("\t", "    ")) for line in text.splitlines())


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
    return f"<U+{code:04X}>"


def width(text: str) -> int:
    """The columns `text` takes on a screen: two for wide characters, none for marks and joiners."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or character in _HARMLESS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, columns: int) -> str:
    """`text` filled with spaces to `columns`."""
    return text + " " * (columns - width(text))


def fit(text: str, columns: int) -> str:
    """`text` cut to `columns`, an ellipsis showing that it was."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for character in text:
        used += _columns(character)
        if used > columns - 1:
            break
        kept.append(character)
    return "".join(kept) + "…"
