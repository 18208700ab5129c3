"""A text file that somebody hands over, such as the excerpt of a chat."""

from pathlib import Path

from crmcli.commands.shared.values import clean
from crmcli.errors import BadValue, CrmError, NotFound

_LONGEST = 400_000  # bytes: more than the longest text that is kept


def read_text(path: str) -> str:
    """The text in the file, its encoding found out; BadValue when it is empty or no text."""
    return _text_of(_read(path), path)


def read_text_of_stdin() -> str:
    """The text that comes in by standard input."""
    import sys

    return _text_of(sys.stdin.buffer.read(_LONGEST + 1), "-")


def _text_of(raw: bytes, path: str) -> str:
    from io import BytesIO

    from crmcli.exchange.encodings import detect_in

    if len(raw) > _LONGEST:
        raise BadValue("{path} is too long to keep; hand over the part that matters", path=path)
    try:
        text = raw.decode(detect_in(BytesIO(raw)).name)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise BadValue("{path} is not text; save it as UTF-8 text", path=path)
    text = clean(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    if not text:
        raise BadValue("{path} is empty; there is nothing to keep", path=path)
    return text


def _read(path: str) -> bytes:
    """The first bytes of the file, one more than are kept; it may be a pipe, which is read but once."""
    if not path:
        raise BadValue("the name of the file is empty; write one")
    try:
        with Path(path).open("rb") as file:
            return file.read(_LONGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound("there is no file {path}", path=path) from None
    except IsADirectoryError:
        raise BadValue("{path} is a folder; name a file in it", path=path) from None
    except OSError as error:
        raise CrmError(
            "{path} cannot be read ({reason}); check it", path=path, reason=error.strerror
        ) from None
