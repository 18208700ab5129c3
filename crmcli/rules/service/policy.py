"""The numbers of HANDBOOK §4, §5 and §6, each a setting."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from crmcli.rules.deadlines import Length, Service
from crmcli.rules.span import Span


class Below(NamedTuple):
    """What counts as below expectation: overall, any dimension, or NPS at most this (HANDBOOK §5)."""

    overall: int = 3
    dimension: int = 2
    nps: int = 6


class ServicePolicy(NamedTuple):
    """The service clocks by tier, and how soon everything around them falls due."""

    service: Service = Service()
    by_tier: Mapping[str, Service] = MappingProxyType({})
    plan_confirm: Span = Span(2, "wd")
    progress: Span = Span(1, "w")
    survey_after: Span = Span(3, "wd")
    survey_relation: Span = Span(3, "m")
    survey_deep: Span = Span(1, "y")
    review: Length = Length(24, "h")
    below: Below = Below()
    promise_yellow: Length = Length(48, "h")
    amends: Length = Length(2, "wh")
    article_review: Span = Span(1, "m")

    def of(self, tier: str | None) -> Service:
        """The service times of a tier."""
        return self.by_tier.get(tier or "", self.service)
