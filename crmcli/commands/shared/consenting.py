"""What commands have in common that write down whether somebody agreed to what is done with their data (HANDBOOK §10)."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from crmcli.commands.shared.values import Values
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.rules import consent as rules

Consent = Annotated[
    str | None,
    typer.Option("--consent", help=_("Whether they agreed: given, refused or unknown.")),
]
ConsentOn = Annotated[
    str | None,
    typer.Option("--consent-on", help=_("When they said so; today when not said."), metavar="DATE"),
]
ConsentSource = Annotated[
    str | None,
    typer.Option("--consent-source", help=_("How they said so: a signed form, by e-mail ...")),
]
ConsentScope = Annotated[
    str | None, typer.Option("--consent-scope", help=_("What they said it about: the purpose."))
]


def consent_columns(
    values: Values, consent: str | None, on: str | None, source: str | None, scope: str | None
) -> dict[str, Any]:
    """The columns of a new record that these options fill."""
    given = values.fields(
        "person",
        {"consent": consent, "consent_on": on, "consent_source": source, "consent_scope": scope},
    )
    columns = rules.stated(dict.fromkeys(rules.COLUMNS), given, values.today)
    insist(columns)
    return columns


def insist(columns: Mapping[str, Any]) -> None:
    """BadValue for a day on which nothing was said."""
    if columns.get("consent_on") and not columns.get("consent"):
        raise BadValue(
            "consent_on is the day somebody agreed or refused; say which with consent, given or refused"
        )
