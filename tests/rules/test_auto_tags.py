"""The tags by rule (HANDBOOK §7): each at its edges, and all of them as a set."""

from datetime import date, timedelta
from typing import Any

import pytest

from crmcli.errors import BadValue
from crmcli.rules.value.auto_tags import AUTO_TAGS, Warned, Worth, auto_tags, meant, read

TODAY = date(2026, 11, 20)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("known", "tag", "holds"),
    [
        ({"last_order_on": ago(0)}, "active", True),
        ({"last_order_on": ago(29)}, "active", True),
        ({"last_order_on": ago(30)}, "active", False),
        ({"last_order_on": ago(-1)}, "active", False),
        ({}, "active", False),
        ({"lifecycle": "dormant"}, "to-wake", True),
        ({"lifecycle": "lost"}, "to-wake", False),
        ({"spends_from": ago(0), "spends_until": ago(-1)}, "high-value", True),
        ({"spends_from": ago(-1), "spends_until": ago(-9)}, "high-value", False),
        ({"spends_from": ago(9), "spends_until": ago(0)}, "high-value", False),
        ({}, "high-value", False),
        ({"warnings": [Warned(ago(0), None)]}, "at-risk", True),
        ({"warnings": [Warned(ago(-1), None)]}, "at-risk", False),
        ({"warnings": [Warned(ago(9), ago(0))]}, "at-risk", False),
        ({"warnings": [Warned(ago(9), ago(0)), Warned(ago(5), ago(-1))]}, "at-risk", True),
        ({"newest_nps": 9}, "advocate", True),
        ({"newest_nps": 8}, "advocate", False),
        ({"newest_nps": 0}, "advocate", False),
        ({"newest_nps": 0, "has_referred": True}, "advocate", True),
    ],
)
def test_each_rule_at_its_edges(known: dict[str, Any], tag: str, holds: bool) -> None:
    worth = Worth(**{"lifecycle": "established", **known})
    assert auto_tags(worth, TODAY) == ([tag] if holds else [])


def test_all_of_them_in_their_order() -> None:
    worth = Worth("dormant", ago(1), ago(1), ago(-1), [Warned(ago(1), None)], 10, True)
    assert auto_tags(worth, TODAY) == [*AUTO_TAGS] == ["active", "to-wake", "high-value", "at-risk", "advocate"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("active", "active"),
        ("AT-RISK", "at-risk"),
        (" ａｃｔｉｖｅ ", "active"),
        ("活跃", "active"),
        ("待唤醒", "to-wake"),
        ("高价值", "high-value"),
        ("流失风险", "at-risk"),
        ("推荐者", "advocate"),
        ("act", None),
        ("vip", None),
        ("", None),
    ],
)
def test_whole_words_in_both_languages_mean_them(text: str, tag: str | None) -> None:
    assert meant(text) == tag


def test_where_only_they_are_meant_others_are_refused() -> None:
    assert read("推荐者") == "advocate"
    with pytest.raises(BadValue, match=r"'vip' is no tag by rule; choose one of active \(活跃\), to-wake"):  # fmt: skip
        read("vip")
