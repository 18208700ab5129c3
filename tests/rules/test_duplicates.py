"""Which customers may be one (DESIGN §5): what is left of a name, how much each sign says, and finding without comparing all."""

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules import duplicates
from crmcli.rules.company_words import PLACES, TRADES
from crmcli.rules.duplicates import (
    Known,
    Pair,
    Verdict,
    dice,
    fold,
    judge,
    near_texts,
    paired,
    worth_listing,
)
from tests.support import heavy


def names(one: str, other: str) -> tuple[str, float]:
    return duplicates._relation(fold(one), fold(other))


@pytest.mark.parametrize(
    ("name", "plain", "core", "places", "brand"),
    [
        ("华东精工（上海）有限公司", "华东精工上海", "华东精工", {"上海"}, "华东精工"),
        ("華東精工(上海市)股份有限公司", "华东精工上海市", "华东精工", {"上海"}, "华东精工"),
        ("上海市华东精工机械有限公司", "上海市华东精工机械", "华东精工机械", {"上海"}, "华东精工"),
        ("江苏省苏州市明达机械设备有限公司", "江苏省苏州市明达机械设备", "明达机械设备", {"江苏", "苏州"}, "明达"),
        ("上海有限公司", "上海", "上海", set(), "上海"),
        ("（上海）", "上海", "上海", set(), "上海"),
        ("贸易", "贸易", "贸易", set(), "贸易"),
        ("华东精工(集团)有限公司", "华东精工集团", "华东精工集团", set(), "华东精工"),
        ("Acme (Shanghai) Trading Co., Ltd.", "acmeshanghaitrading", "acmetrading", {"shanghai"}, "acme"),
        ("Trading Ltd", "trading", "trading", set(), "trading"),
        ("3M 中国有限公司", "3m中国", "3m中国", set(), "3m中国"),
        ("", "", "", set(), ""),
        ("。", "。", "。", set(), "。"),
    ],
)  # fmt: skip
def test_what_is_left_of_a_name(
    name: str, plain: str, core: str, places: set[str], brand: str
) -> None:
    folded = fold(name)
    assert (folded.plain, folded.core, set(folded.places), folded.brand) == (plain, core, places, brand)  # fmt: skip
    assert folded.brand + folded.trade == folded.core


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("华东精工有限公司", "华东精工股份有限公司", "name"),
        ("Acme Co., Ltd.", "ＡＣＭＥ", "name"),
        ("華東精工", "华东精工有限公司", "characters"),
        ("华东精工（上海）有限公司", "上海华东精工有限公司", "place"),
        ("华东精工（上海）有限公司", "华东精工有限公司", "place"),
        ("江苏华东精工", "苏州华东精工", "place"),
        ("华东精工机械", "华东精工自动化设备", "brand"),
        ("Acme", "Acme Trading", "brand"),
        ("Siemens", "Simens Ltd", "near name"),
        ("Acme Industrial", "Acme Industral", "near name"),
        ("北京中科创新材料", "北京中科创兴材料", "near name"),
        ("华夏机械", "华厦机械", "sound"),
        ("北京华夏国际贸易", "北京华厦国际贸易", "sound"),
        ("华夏机械", "华厦科技", ""),
        ("上海华夏机械", "北京华厦机械", ""),
        ("明达信息技术", "宏达信息技术", ""),
        ("华东精密机械", "华南精密机械", ""),
        ("宏达贸易", "鸿大贸易", ""),
        ("Acme International Trading", "Apex International Trading", ""),
        ("Acme", "Acne", ""),
    ],
)  # fmt: skip
def test_in_what_names_are_alike(one: str, other: str, relation: str) -> None:
    assert names(one, other)[0] == names(other, one)[0] == relation
    assert names(one, other) == names(other, one)


def known(
    key: int,
    name: str,
    points: tuple[tuple[str, str], ...] = (),
    *,
    kind: str = "company",
    short_key: str | None = None,
    city: str | None = None,
    uscc: str = "",
    external_id: str | None = None,
) -> Known:
    folded = fold(name)
    return Known(key, kind, folded, short_key, city, uscc, external_id, frozenset(points))


PHONE, EMAIL = ("phone", "13800005678"), ("email", "z@example.com")


def said(one: Known, other: Known, holders: int = 2) -> Verdict | None:
    found = judge(one, other, {PHONE: holders, EMAIL: holders})
    assert judge(other, one, {PHONE: holders, EMAIL: holders}) == found
    return found


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        (known(1, "华东精工", uscc="91310000A"), known(2, "Acme", uscc="91310000A"), Verdict(0.97, ("credit code",))),
        (known(1, "华东精工"), known(2, "华东精工有限公司"), Verdict(0.8, ("name",))),
        (known(1, "华东精工", city="上海"), known(2, "华东精工", city="上海市"), Verdict(0.84, ("name", "city"))),
        (known(1, "华东精工", city="上海"), known(2, "华东精工", city="苏州"), Verdict(0.4, ("name",))),
        (known(1, "华东精工", city="上海"), known(2, "华东精工（上海）"), Verdict(0.72, ("place", "city"))),
        (known(1, "华东精工", (PHONE,)), known(2, "华东精工", (PHONE, EMAIL)), Verdict(0.91, ("name", "phone"))),
        (known(1, "华东精工", (PHONE,)), known(2, "Acme", (PHONE,)), Verdict(0.55, ("phone",))),
        (known(1, "华东精工", (PHONE, EMAIL)), known(2, "Acme", (PHONE, EMAIL)), Verdict(0.82, ("phone", "email"))),
        (known(1, "华夏机械"), known(2, "华厦机械"), Verdict(0.35, ("sound",))),
        (known(1, "华夏机械", (PHONE,)), known(2, "华厦机械", (PHONE,)), Verdict(0.71, ("sound", "phone"))),
        (known(1, "华东精密机械", short_key="华精"), known(2, "华精"), Verdict(0.45, ("short name",))),
        (known(1, "张伟", kind="person"), known(2, "张伟", kind="person"), Verdict(0.48, ("name",))),
        (known(1, "上海华东精工"), known(2, "北京华东精工"), None),
        (known(1, "明达机械", city="上海"), known(2, "明达贸易", city="上海"), None),
        (known(1, "华东精工"), known(2, "Acme"), None),
        # Two credit codes or external ids are two customers, unless there is strong evidence.
        (known(1, "华东精工", uscc="91310000A"), known(2, "华东精工", uscc="91310000B"), None),
        (known(1, "华东精工", (PHONE,), uscc="91310000A"), known(2, "Acme", (PHONE,), uscc="91310000B"), None),
        (known(1, "华东精工", (PHONE,), uscc="91310000A"), known(2, "华东精工", (PHONE,), uscc="91310000B"), Verdict(0.5, ("name", "phone"))),
        (known(1, "华东精工", external_id="A"), known(2, "华东精工", external_id="B"), None),
        (known(1, "华东精工", (PHONE,), external_id="A"), known(2, "华东精工", (PHONE,), external_id="B"), Verdict(0.77, ("name", "phone"))),
        (known(1, "华东精工", uscc="91310000A", external_id="A"), known(2, "Acme", uscc="91310000A", external_id="B"), Verdict(0.82, ("credit code",))),
        (known(1, "华东精工", external_id="A"), known(2, "华东精工"), Verdict(0.8, ("name",))),
    ],
)  # fmt: skip
def test_what_is_said_of_two(one: Known, other: Known, verdict: Verdict | None) -> None:
    assert said(one, other) == verdict


def test_a_number_that_many_have_says_less() -> None:
    one, other = known(1, "华东精工", (PHONE,)), known(2, "Acme", (PHONE,))
    scores = [found.score if (found := said(one, other, number)) else 0 for number in (2, 3, 5, 6, 50)]  # fmt: skip
    assert scores == [0.55, 0.55, 0.33, 0, 0]
    assert said(known(1, "华东精工", (PHONE,)), known(2, "华东精工", (PHONE,)), 51) == Verdict(0.8, ("name",))  # fmt: skip


def test_a_likely_pair_and_a_maybe() -> None:
    assert Verdict(0.7, ()).is_likely
    assert not Verdict(0.69, ()).is_likely


def test_of_three_alike_two_pairs_are_listed_the_surest_first() -> None:
    found = [
        Pair(1, 2, Verdict(0.8, ())), Pair(1, 3, Verdict(0.5, ())), Pair(2, 3, Verdict(0.9, ())), Pair(4, 5, Verdict(0.8, ())),
    ]  # fmt: skip
    assert worth_listing(found) == [found[2], found[0], found[3]]
    assert worth_listing([]) == []


def test_of_a_large_group_not_all_pairs_are_judged() -> None:
    assert list(paired([3, 1, 2])) == [(1, 2), (1, 3), (2, 3)]
    many = list(paired(range(1_000)))
    assert len(many) == 999 + 998
    assert {key for pair in many for key in pair} == set(range(1_000))


@settings(max_examples=heavy(60), derandomize=True)
@given(st.integers(0, 10**6), st.sampled_from((0.6, 0.7, 0.8)))
def test_near_texts_are_found_as_by_comparing_all(seed: int, share: float) -> None:
    chance = random.Random(seed)
    texts = {"".join(chance.choices("华东精工明达科", k=chance.randint(1, 8))) for _ in range(25)}
    slow = {
        (min(one, other), max(one, other))
        for one, other in combinations(texts, 2)
        if min(len(one), len(other)) >= duplicates.SHORTEST_NEAR and dice(one, other) >= share
    }
    assert set(near_texts(texts, share)) == slow


def test_how_alike_two_texts_are() -> None:
    assert dice("night", "nacht") == 0.25
    assert (dice("ab", "ab"), dice("a", "a"), dice("", "ab")) == (1.0, 0.0, 0.0)


def test_the_words_that_companies_have_in_common() -> None:
    assert {"上海", "苏州", "内蒙古", "shanghai"} <= PLACES
    assert {"科技", "贸易", "精密机械"} <= TRADES
    assert all(len(place) > 1 for place in PLACES)
    assert not any(len(place) > 2 and place[-1] in "省市" for place in PLACES)
