"""JSON of any length, a value at a time: arrays and objects are walked through, only their members held in memory.

What is wrong with a member is a sentence beside it; what is wrong with the text between them ends the reading.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from io import TextIOBase
from typing import Any, NamedTuple

from crmcli.errors import BadValue

LONGEST = 16_000_000
"""The most characters that one row may have; more is no row."""
_CHUNK = 1 << 18
_SHOWN = 20
_SPACE = re.compile(r"[ \t\n\r\ufeff]*")
_DEEPEST_LIST = 4

Record = dict[str, Any]


class Found(NamedTuple):
    """A row of a file: its number or line, the object it is (None: none at all), its text, and what is wrong with it."""

    number: int
    record: Record | None
    raw: str
    wrong: BadValue | None


class Decoder:
    """Reads one value; numbers stay the texts they are, so that no digit of `13812345678` or `1.10` is lost."""

    def __init__(self) -> None:
        self.wrong: BadValue | None = None
        """What the last value says that JSON does not have, or says twice."""
        self._decode = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_int=str,
            parse_float=str,
            parse_constant=self._constant,
            strict=False,
        ).raw_decode

    def decode(self, text: str, at: int) -> tuple[Any, int]:
        """The value that begins at `at`, and where it ends; ValueError, or BadValue for one that is nested too deeply."""
        self.wrong = None
        try:
            return self._decode(text, at)
        except RecursionError:
            raise BadValue("it is nested too deeply") from None

    def _object(self, pairs: list[tuple[str, Any]]) -> Record:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            name = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
            self.wrong = BadValue("it has {name!r} twice", name=name)
        return found

    def _constant(self, text: str) -> str:
        self.wrong = BadValue("{text} is no value; write null where there is none", text=text)
        return text


def line_record(decoder: Decoder, number: int, line: str) -> Found:
    """What one line of JSON Lines says."""
    text = line.strip(" \t\r\n\ufeff")
    if len(text) > LONGEST:
        return Found(number, None, text, too_long())
    try:
        value, end = decoder.decode(text, 0)
    except json.JSONDecodeError as error:
        return Found(number, None, text, _no_json(text, error))
    except BadValue as error:
        return Found(number, None, text, error)
    if end < len(text):
        return Found(number, None, text, _no_json_at(text, end))
    return _found(number, value, text, decoder.wrong)


def lines(text: TextIOBase) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, numbered from 1; of one that is too long only its beginning, a sign too much."""
    number = 0
    while line := text.readline(LONGEST + 2):
        number += 1
        if len(line) > LONGEST and line[-1] != "\n":
            while (rest := text.readline(_CHUNK)) and rest[-1] != "\n":
                pass
        if "\0" in line:
            line = line.replace("\0", "")
        if not line.isspace() and line != "\ufeff":
            yield number, line


def too_long() -> BadValue:
    """What is said of an object that is too long for a row."""
    return BadValue("it is longer than 16 MB, and no row")


def _found(number: int, value: Any, raw: str, wrong: BadValue | None) -> Found:
    if not isinstance(value, dict):
        return Found(number, None, raw, BadValue("it is no object with names and values"))
    return Found(number, value, raw if wrong else "", wrong)


def _no_json(text: str, error: json.JSONDecodeError) -> BadValue:
    return _no_json_at(text, len(text) if error.msg.startswith("Unterminated") else error.pos)


def _no_json_at(text: str, at: int) -> BadValue:
    shown = text[at : at + _SHOWN].strip()
    if not shown:
        return BadValue("it ends in the middle")
    return BadValue("it is no JSON at {shown!r}", shown=shown)


class Walker:
    """Walks through a text of one JSON value, or of several one after another."""

    def __init__(self, text: TextIOBase) -> None:
        self._text, self._buffer, self._at, self._is_end = text, "", 0, False
        self._decoder = Decoder()
        self._count = 0

    # --- its rows ---

    def records(self, path: Sequence[str]) -> Iterator[Found]:
        """The objects in the array at `path` of each value, in each array when there is no path, or the values themselves."""
        try:
            while sign := self.peek():
                if sign == "{" and path:
                    yield from self._below(path)
                elif sign == "[":
                    yield from self._elements()
                else:
                    yield self._next_found()
        except BadValue as error:
            rest = self._buffer[self._at : self._at + _CHUNK]
            wrong = BadValue("{why}; nothing after it is read", why=error)
            yield Found(self._count + 1, None, rest, wrong)

    def _below(self, path: Sequence[str]) -> Iterator[Found]:
        for name in self.names():
            sign = self.peek()
            if name != path[0]:
                self.skip()
            elif len(path) > 1 and sign == "{":
                yield from self._below(path[1:])
            elif sign == "[":
                yield from self._elements()
            else:
                yield self._next_found()

    def _elements(self) -> Iterator[Found]:
        for _ in self.elements():
            yield self._next_found()

    def _next_found(self) -> Found:
        self._count += 1
        try:
            value, raw = self._value()
        except BadValue:
            self._count -= 1
            raise
        return _found(self._count, value, raw, self._decoder.wrong)

    # --- its parts ---

    def peek(self) -> str:
        """The next sign that is no white space, `''` at the end."""
        while True:
            match = _SPACE.match(self._buffer, self._at)
            assert match is not None
            self._at = match.end()
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if self._is_end:
                return ""
            self._read(_CHUNK)

    def names(self) -> Iterator[str]:
        """The names of the object that begins here, each when its value is next; the value must be taken."""
        yield from self._members("}", self._name)

    def elements(self) -> Iterator[None]:
        """Once for each element of the array that begins here, which is next and must be taken."""
        yield from self._members("]", lambda: None)

    def value(self) -> Any:
        """The next value; BadValue when it is none, or too long."""
        return self._value()[0]

    def skip(self) -> None:
        """Pass over the next value, however long it is."""
        self._skip(0)

    def _skip(self, depth: int) -> None:
        sign = self.peek()
        if sign not in ("{", "[") or depth > _DEEPEST_LIST:
            self._value()
            return
        for _ in self.names() if sign == "{" else self.elements():
            self._skip(depth + 1)

    def _members(self, closing: str, begin: Callable[[], Any]) -> Iterator[Any]:
        self._at += 1
        while (sign := self.peek()) != closing:
            yield begin()
            sign = self.peek()
            if sign == ",":
                self._at += 1
            elif sign != closing:
                raise self._broken()
        self._at += 1

    def _name(self) -> str:
        if self.peek() != '"':
            raise self._broken()
        name: str = self.value()
        if self.peek() != ":":
            raise self._broken()
        self._at += 1
        return name

    def _value(self) -> tuple[Any, str]:
        self.peek()
        while True:
            buffer, at = self._buffer, self._at
            try:
                value, end = self._decoder.decode(buffer, at)
            except json.JSONDecodeError as error:
                if self._is_end:
                    raise _no_json(buffer, error) from None
                end = -1
            if self._is_end or 0 <= end < len(buffer):
                break
            if len(buffer) - at > LONGEST:
                raise too_long()
            # Twice as much each time, or a long value would be read over and over.
            self._read(max(_CHUNK, len(buffer) - at))
        if end - at > LONGEST:
            raise too_long()
        self._at = end
        return value, buffer[at:end] if self._decoder.wrong or not isinstance(value, dict) else ""

    def _read(self, size: int) -> None:
        got = self._text.read(size)
        self._is_end = not got
        self._buffer = self._buffer[self._at :] + got.replace("\0", "")
        self._at = 0

    def _broken(self) -> BadValue:
        self.peek()
        return _no_json_at(self._buffer, self._at)
