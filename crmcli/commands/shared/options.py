"""Option types that several commands take, so that they read the same everywhere."""

from collections.abc import Sequence
from typing import Annotated

import typer

from crmcli.locale import _

Json = Annotated[bool, typer.Option("--json", help=_("Print JSON."))]
Csv = Annotated[bool, typer.Option("--csv", help=_("Print CSV."))]
Limit = Annotated[
    int | None,
    typer.Option(
        "--limit", help=_("Show at most so many; 0 = all."), metavar="N", show_default=False
    ),
]
Reveal = Annotated[bool, typer.Option("--reveal", help=_("Show phones and e-mails unmasked."))]
Reason = Annotated[str | None, typer.Option("--reason", help=_("Why, for the change log."))]
ChangedOn = Annotated[
    str | None,
    typer.Option(
        "--changed-on", help=_("When it came about; today when not said."), metavar="DATE"
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help=_("Only say what would happen."))]
Yes = Annotated[bool, typer.Option("--yes", help=_("Do it without asking."))]

Tier = Annotated[list[str] | None, typer.Option("--tier", help=_("Only these tiers."))]
Stage = Annotated[list[str] | None, typer.Option("--stage", help=_("Only these stages."))]
Lifecycle = Annotated[
    list[str] | None, typer.Option("--lifecycle", help=_("Only these lifecycles."))
]
Tag = Annotated[
    list[str] | None, typer.Option("--tag", help=_("Only customers with all these tags."))
]
Industry = Annotated[list[str] | None, typer.Option("--industry", help=_("Only these industries."))]
City = Annotated[list[str] | None, typer.Option("--city", help=_("Only these cities."))]
Intent = Annotated[list[str] | None, typer.Option("--intent", help=_("Only these intents."))]
Segment = Annotated[
    list[str] | None,
    typer.Option("--segment", help=_("Only customers in all these segments."), metavar="SEGMENT"),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        help=_("'FIELD OP VALUE' with = != < <= > >= ~ (contains) has; several must all hold."),
        metavar="CONDITION",
    ),
]

DEFAULT_LIMIT = 50
_MOST = 1_000_000_000  # more than any file holds, and what SQLite can count to


def as_typed(**filters: Sequence[str] | None) -> list[str]:
    """The filters that were given, as the words of a command line: `--tier core`."""
    return [
        word
        for name, values in filters.items()
        for value in values or ()
        for word in (f"--{name}", value)
    ]


def effective_limit(asked: int | None, for_people: bool) -> int | None:
    """How many to read: what was asked for, 0 meaning all; else 50 for people at a terminal, all for scripts."""
    if asked is None:
        return DEFAULT_LIMIT if for_people else None
    if asked < 0:
        from crmcli.errors import BadValue

        raise BadValue(
            "--limit {limit} is below zero; write how many to show, or 0 for all", limit=asked
        )
    return min(asked, _MOST) or None
