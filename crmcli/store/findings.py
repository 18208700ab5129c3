"""What a check of a file is, and what it finds (CLI.md, `doctor`)."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from crmcli.rules.rulebook import Rulebook
from crmcli.rules.said import Said, said
from crmcli.store.backup import Shelf
from crmcli.store.database import Database
from crmcli.store.dossiers import Sealed

OK, WARNING, PROBLEM = "ok", "warning", "problem"
NAMED = 5
"""Records named in a finding."""
FIX = said("crm doctor --fix")


class Examined(NamedTuple):
    """The open file, and what the rules know about it, on the local day. `recompute` writes all derived columns anew;
    `is_there` says whether a dossier lies where it should.
    """

    db: Database
    book: Rulebook
    country: str
    today: str
    required: Callable[[str], Sequence[str]]
    recompute: Callable[[], int]
    shelf: Shelf
    is_there: Callable[[Sealed], bool]

    @property
    def year(self) -> int:
        """The year that it is."""
        return int(self.today[:4])


class Finding(NamedTuple):
    """What one check saw: ok, warning or problem, one sentence, what to do, and how many records it is about."""

    status: str
    message: Said
    advice: Said | None = None
    number: int = 0
    details: Mapping[str, Any] = MappingProxyType({})


class Check(NamedTuple):
    """What to look at, and how to mend it; `mend` runs in a transaction and says what it did."""

    name: str
    look: Callable[[Examined], Finding]
    mend: Callable[[Examined], Said] | None = None
