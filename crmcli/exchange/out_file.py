"""A file that is written whole or not at all: beside its place first, and moved there when it is complete."""

import errno
import io
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from crmcli.errors import BadValue, CrmError, Forbidden, NotFound

_DATABASE = b"SQLite format 3\x00"


def refuse_out_place(place: str, taken: Iterable[str], option: str = "--out") -> None:
    """BadValue, Forbidden or NotFound when nothing may be written to `place`: a folder, a database, one of `taken`.

    `option` is what named it. Of the files that may lie there only an earlier export is replaced, never somebody's own.
    """
    from crmcli.exchange.earlier_export import is_earlier_export  # zip files, for --out only

    if place == "-":  # to others standard output: nobody means a file of that name
        raise BadValue("{option} takes a file, not -; name one", option=option)
    if not place:
        raise BadValue("{option} takes a file; name one", option=option)
    path = Path(place).expanduser()
    if path.is_dir():
        raise BadValue("{path} is a folder; name a file in it", path=place)
    if place.endswith("/"):  # which Path leaves out
        raise NotFound("there is no folder {path}; make it first, or plug it in", path=place)
    if _leads_to_itself(path):
        raise BadValue(
            "{path} is a link that leads to itself; name another file with {option}",
            path=place,
            option=option,
        )
    if not path.parent.is_dir():
        raise NotFound("there is no folder {path}; make it first, or plug it in", path=path.parent)
    real = os.path.realpath(path)
    if any(real == os.path.realpath(other) for other in taken) or _is_database(path):
        raise Forbidden(
            "{path} is in use by crm; name another file with {option}", path=place, option=option
        )
    if path.is_file() and not is_earlier_export(path):
        raise Forbidden(
            "{path} is there already and is no earlier export; name another file with {option}",
            path=place,
            option=option,
        )


def _leads_to_itself(path: Path) -> bool:
    try:
        path.stat()
    except OSError as error:
        return error.errno == errno.ELOOP
    return False


def _is_database(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_DATABASE)) == _DATABASE
    except OSError:
        return False


class OutFile:
    """What is on its way to `place`, private (0600); a context manager that leaves nothing behind on an error.

    It takes text, which becomes UTF-8 as it stands, or bytes through `binary`; not both.
    """

    def __init__(self, place: str) -> None:
        # What a link points to is replaced, not the link.
        self.path = Path(os.path.realpath(Path(place).expanduser()))
        self._place = place
        self._draft: str | None = None
        self._file: io.TextIOWrapper | None = None

    def write(self, text: str) -> None:
        """Add to it."""
        assert self._file is not None
        try:
            self._file.write(text)
        except OSError as error:
            raise self._unwritable(error) from None

    @property
    def binary(self) -> BinaryIO:
        """The file for formats that are no text; what cannot be written of them is told on leaving."""
        assert self._file is not None
        return cast(BinaryIO, self._file.buffer)

    def __enter__(self) -> Self:
        try:
            if (
                self.path.exists() and not self.path.is_file()
            ):  # a device or a pipe cannot be moved to
                self._file = self.path.open("w", encoding="utf-8", newline="")
                return self
            descriptor, self._draft = tempfile.mkstemp(
                prefix=f".{self.path.name[:100]}.", suffix=".tmp", dir=self.path.parent
            )
            self._file = open(descriptor, "w", encoding="utf-8", newline="")  # noqa: PTH123 - a descriptor
        except OSError as error:
            raise self._unwritable(error) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._finish()
            elif isinstance(error, OSError):
                raise error
        except OSError as failed:
            raise self._unwritable(failed) from None
        finally:
            self._tidy()

    def _finish(self) -> None:
        assert self._file is not None
        self._file.flush()
        if self._draft is not None:
            os.fsync(self._file.fileno())
        self._file.close()
        if self._draft is not None:
            Path(self._draft).replace(self.path)
            self._draft = None

    def _tidy(self) -> None:
        if self._file is not None:
            with suppress(OSError):  # what could not be written is thrown away anyway
                self._file.close()
        if self._draft is not None:
            Path(self._draft).unlink(missing_ok=True)

    def _unwritable(self, error: OSError) -> CrmError:
        return CrmError(
            "{path} cannot be written ({reason}); name another place",
            path=self._place,
            reason=error.strerror or error,
        )
