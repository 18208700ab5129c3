"""Why rows were rejected: reasons that are alike are told as one, with the values that differ and the first lines."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from crmcli.errors import CrmError, Listed

_LINES = 10
_VALUES = 3
_LONGEST = 60
_OF_THE_REASON = ("field", "table", "parent", "what", "name")
"""Under these names a template is given what is wrong, not with which value."""


class Several:
    """Values that differ among reasons which are alike: the first ones, and that there are more."""

    def __init__(self, values: list[Any], divider: str) -> None:
        self._values, self._divider = values, divider

    def _listed(self, how: Callable[[Any], str]) -> str:
        more = ["…"] if len(self._values) > _VALUES else []
        return self._divider.join([*map(how, self._values[:_VALUES]), *more])

    def __str__(self) -> str:
        return self._listed(str)

    def __repr__(self) -> str:
        return self._listed(repr)


class _Values:
    """The values that a template was filled with, each name's first few."""

    def __init__(self, error: CrmError) -> None:
        self._message = error.message
        self._nested = {
            name: _Values(value)
            for name, value in error.values.items()
            if isinstance(value, CrmError)
        }
        self._seen: dict[str, list[Any]] = {
            name: [] for name in error.values if name not in self._nested
        }

    def add(self, error: CrmError) -> None:
        for name, nested in self._nested.items():
            inner = error.values[name]
            assert isinstance(inner, CrmError)
            nested.add(inner)
        for name, seen in self._seen.items():
            if len(seen) <= _VALUES and (value := _short(error.values[name])) not in seen:
                seen.append(value)

    def error(self, divider: str) -> CrmError:
        """All of them as one error, `divider` between several values."""
        values: dict[str, Any] = {
            name: seen[0] if len(seen) == 1 else Several(seen, divider)
            for name, seen in self._seen.items()
        }
        values.update((name, nested.error(divider)) for name, nested in self._nested.items())
        return CrmError(self._message, **values)


def _short(value: object) -> object:
    """A value as far as a person reads it: a cell may hold a megabyte."""
    if isinstance(value, str) and not isinstance(value, Listed) and len(value) > _LONGEST:
        return value[: _LONGEST - 1] + "…"
    return value


class Alike:
    """Rows that were rejected for the same reason: how many, and the first of their lines."""

    def __init__(self, error: CrmError) -> None:
        self.count = 0
        self.lines: list[int] = []
        self._values = _Values(error)

    def add(self, line: int, error: CrmError) -> None:
        """One more."""
        self.count += 1
        if len(self.lines) < _LINES:
            self.lines.append(line)
        self._values.add(error)

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        """The reason, in the language of `translate`; of values that differ the first ones are named."""
        return self._values.error(translate(", ")).sentence(translate)


@dataclass
class Reasons:
    """The reasons of one import; memory does not grow with the rows, for there are only so many templates."""

    _found: dict[Hashable, Alike] = field(default_factory=dict)

    def add(self, line: int, error: CrmError) -> None:
        """The row that starts on `line` was rejected because of `error`."""
        key = _key(error)
        alike = self._found.get(key)
        if alike is None:
            alike = self._found[key] = Alike(error)
        alike.add(line, error)

    def most_frequent_first(self) -> list[Alike]:
        """Those alike as one; of equally frequent ones the one that came first."""
        return sorted(self._found.values(), key=lambda alike: -alike.count)


def _key(error: CrmError) -> Hashable:
    """What reasons that are alike have in common."""
    parts: list[Hashable] = [error.message]
    for name, value in error.values.items():
        if isinstance(value, CrmError):
            parts.append((name, _key(value)))
        elif name in _OF_THE_REASON and isinstance(value, str):
            parts.append((name, value))
    return tuple(parts)
