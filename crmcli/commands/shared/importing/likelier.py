"""Is a list that is imported as customers, because nobody said otherwise, clearly one of another kind? (CLI.md, Import)"""

from collections.abc import Sequence

from crmcli.commands.shared.importing.kinds import KINDS
from crmcli.exchange.headers import TABLES, normal, recognise
from crmcli.exchange.tools import tool_of

_MORE = 2  # columns at least
_AS_GOOD = frozenset({"customers", "people"})  # customers may come with their people


def likelier_kind(headers: Sequence[str]) -> str | None:
    """The kind that these headers fit clearly better than customers; None for a list of customers, or none at all.

    All the columns that the kind needs are there, and two more at least are understood than as customers. Of several
    such kinds it is the one in whose words most of the headers are.
    """
    if tool_of("customers", headers):
        return None
    least = _understood("customers", headers) + _MORE
    if least > len(headers):
        return None
    fitting = {
        kind: (_in_its_words(kind, headers), count)
        for kind, of_kind in KINDS.items()
        if kind not in _AS_GOOD
        and {need.field for need in of_kind.needs} <= set(recognise(kind, headers).fields)
        and (count := _understood(kind, headers)) >= least
    }
    return max(fitting, key=fitting.__getitem__, default=None)


def _understood(kind: str, headers: Sequence[str]) -> int:
    return len(recognise(kind, headers).named)


def _in_its_words(kind: str, headers: Sequence[str]) -> int:
    """How many of the headers are names of the contract."""
    own = {normal(word) for words, _ in TABLES[kind].values() for word in words.split("|")}
    return sum(normal(header) in own for header in headers)
