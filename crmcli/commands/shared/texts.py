"""A text file that somebody hands over, such as the excerpt of a chat."""

from pathlib import Path

from crmcli.commands.shared.values import clean
from crmcli.errors import BadValue, CrmError, NotFound

_LONGEST = 400_000  # bytes: more than the longest text that is kept


def read_text(path: str) -> str:
    """The text in the file, its encoding found out; BadValue when it is empty or no text."""
    from crmcli.exchange.encodings import detect

    try:
        size = Path(path).stat().st_size
        if size > _LONGEST:
            raise BadValue("{path} is too long to keep; hand over the part that matters", path=path)
        text = Path(path).read_bytes().decode(detect(path).name)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound("there is no file {path}", path=path) from None
    except IsADirectoryError:
        raise BadValue("{path} is a folder; name a file in it", path=path) from None
    except UnicodeDecodeError:
        raise BadValue("{path} is not text; save it as UTF-8 text", path=path) from None
    except OSError as error:
        raise CrmError(
            "{path} cannot be read ({reason}); check it", path=path, reason=error.strerror
        ) from None
    text = clean(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    if not text:
        raise BadValue("{path} is empty; there is nothing to keep", path=path)
    return text
