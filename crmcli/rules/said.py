"""Sentences that the rules make, to be rendered in English for scripts and translated for people."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from crmcli.errors import is_rendered

Render = Callable[[Any], str]


class Said(NamedTuple):
    """A template with named values, which may be days, lengths of time, or other `Said`; without values a text as it is."""

    template: str
    values: Mapping[str, Any] = MappingProxyType({})

    def render(self, translate: Callable[[str], str], spell: Render) -> str:
        """The sentence in the language of `translate`; `spell` writes days and other values."""
        if not self.values:
            return translate(self.template)
        shown = {
            name: value.render(translate, spell) if is_rendered(value) else spell(value)
            for name, value in self.values.items()
        }
        return translate(self.template).format(**shown)


def said(template: str, **values: Any) -> Said:
    """Shorthand for `Said`."""
    return Said(template, values)


def typed(command: str) -> Said:
    """A command to type; a word in capitals stands for what is to be put there, in the reader's language."""
    parts = {f"word{n}": word for n, word in enumerate(command.split(" "))}
    values = {name: Said(word) if word.isupper() else word for name, word in parts.items()}
    return Said(" ".join(f"{{{name}}}" for name in parts), values)


def both(one: str, many: str) -> tuple[str, str]:
    """`one` and `many`, marked for translation."""
    return one, many


def counted(one: str, many: str, count: int) -> Said:
    """`one` or `many` with `{n}`, by English rules; other languages translate both."""
    return Said(one if count == 1 else many, {"n": count})


def sentence(
    parts: Sequence[Said], translate: Callable[[str], str] = str, spell: Render = str
) -> str:
    """The parts in one line."""
    return translate("; ").join(part.render(translate, spell) for part in parts)
