"""Traditional characters written as simplified ones, so that names can be compared: by OpenCC where it is installed."""

from collections.abc import Callable
from typing import Any

from crmcli.rules.duplicates import simplify_common


class _Characters(dict[int, str]):
    """What becomes of each character: asked once, then remembered (for `str.translate`)."""

    def __init__(self, convert: Callable[[str], str]) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, code: int) -> str:
        self[code] = self._convert(chr(code))
        return self[code]


def simplifier() -> tuple[Callable[[str], str], bool]:
    """What writes a text in simplified characters, and whether it knows them all: without the extra `zh`, only the commonest."""
    try:
        import opencc
    except ImportError:
        return simplify_common, False
    characters: Any = _Characters(opencc.OpenCC("t2s").convert)
    return lambda text: text if text.isascii() else text.translate(characters), True
