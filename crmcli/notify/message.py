"""What a reminder says, and how a channel tells that it arrived, or that it did not."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from crmcli.errors import CrmError


class Message(NamedTuple):
    """One digest: a title with the counts, the first lines, and all of it as records for programs (masked)."""

    title: str
    lines: Sequence[str]
    number: int
    overdue: int
    items: Iterable[Mapping[str, Any]]
    at: str  # local, with its offset

    @property
    def text(self) -> str:
        """Its lines as one text."""
        return "\n".join(self.lines)

    @property
    def heading(self) -> str:
        """Its title for programs that take it as an argument: one line, and never one that looks like an option."""
        return " ".join(self.title.split()).lstrip("-").strip() or "crm"

    def record(self) -> dict[str, Any]:
        """The whole for a program (schema crm.notification/1)."""
        return {
            "schema": "crm.notification/1",
            "title": self.title,
            "text": self.text,
            "count": self.number,
            "overdue": self.overdue,
            "at": self.at,
            "items": list(self.items),
        }


class Receipt(NamedTuple):
    """Where a message went, what was answered, and who of several did not get it, in words."""

    where: str
    answer: str = ""
    missed: Sequence[str] = ()


class Undelivered(CrmError):
    """A channel did not take the message: why, and what to do."""
