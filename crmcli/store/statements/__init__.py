"""Every statement, by name, written in SQLAlchemy and frozen to text by `make freeze` (DESIGN §2).

Nothing here runs in an everyday command: `frozen.py` does. A statement that varies is a base, plus the predicates, sort
columns and fields, which freezing cuts out of that base so that they can be composed by name. Values are always bound.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.sql.base import Executable

from crmcli.store.statements import due, finding, reports
from crmcli.store.statements.archiving import archiving
from crmcli.store.statements.attaching import attaching
from crmcli.store.statements.deals import selling, selling_bases
from crmcli.store.statements.deriving import derivations
from crmcli.store.statements.filing import filing
from crmcli.store.statements.filters import LIFECYCLE, OPERATORS, WHERE_FIELDS, compare
from crmcli.store.statements.moving import exports, imports
from crmcli.store.statements.quality_reports import PREDICATES as LACKING
from crmcli.store.statements.quality_reports import quality, quality_bases
from crmcli.store.statements.queries import QUERIES, by_table
from crmcli.store.statements.queue import NEW, SPENDING
from crmcli.store.statements.segments import segments
from crmcli.store.statements.selling_reports import selling_report_bases, selling_reports
from crmcli.store.statements.stories import stories
from crmcli.store.statements.tables import T, customer, field_value, tag
from crmcli.store.statements.tiering import tiering, tiering_bases
from crmcli.store.statements.value_reports import value_bases

BASES: dict[str, Select[Any]] = {
    **due.BASES,
    **finding.BASES,
    **reports.report_bases(),
    **selling_bases(),
    **tiering_bases(),
    **selling_report_bases(),
    **value_bases(),
    **quality_bases(),
}
"""Statements that filters are added to."""

PREDICATES: dict[str, ColumnElement[bool]] = {
    **due.PREDICATES,
    **finding.PREDICATES,
    **reports.PREDICATES,
    **LACKING,
}
"""Those filters, by name; one that mentions a record goes only with the bases that join it."""


def statements() -> dict[str, Executable]:
    """All fixed statements."""
    return {
        **by_table(),
        **QUERIES,
        **derivations(),
        **filing(),
        **quality(),
        **exports(),
        **imports(),
        **reports.reports(),
        **archiving(),
        **attaching(),
        **selling(),
        **selling_reports(),
        **stories(),
        **tiering(),
        **segments(),
    }


__all__ = [
    "BASES",
    "LIFECYCLE",
    "NEW",
    "OPERATORS",
    "PREDICATES",
    "QUERIES",
    "SPENDING",
    "WHERE_FIELDS",
    "T",
    "compare",
    "customer",
    "field_value",
    "statements",
    "tag",
]
