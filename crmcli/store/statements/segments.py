"""Segments, and what tags by rule are derived from, for some customers."""

from sqlalchemy import bindparam, select
from sqlalchemy.sql.base import Executable

from crmcli.store.statements.tables import (
    T,
    columns_of,
    is_live,
    one_of,
    segment,
    survey,
)


def segments() -> dict[str, Executable]:
    """The statements by name."""
    referred = T["customer"].alias("referred").c
    live = select(*columns_of(segment)).where(is_live(segment))
    return {
        "segments": live.order_by(segment.name_key),
        "segments_by_name": live.where(segment.name_key == bindparam("name_key")),
        # The newest comes last.
        "nps_of": select(survey.customer_id, survey.nps)
        .where(is_live(survey), survey.nps.is_not(None), one_of(survey.customer_id, "customers"))
        .order_by(survey.at, survey.id),
        "referrers_of": select(referred.referred_by.label("customer_id"))
        .where(is_live(referred), one_of(referred.referred_by, "customers"))
        .distinct(),
    }
