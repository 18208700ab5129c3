"""Conditions and orders name fields by their Chinese titles, too."""

import pytest

from crmcli.commands.shared import filters
from crmcli.rules.field_titles import TITLES, field_called
from tests.support import crm, run_in_process


@pytest.fixture
def three() -> None:
    crm("add-customer 甲 --tier ordinary --city 上海")
    crm("add-customer 乙 --tier core --city 北京 --stage customer")
    crm("add-customer 丙 --tier core --city 上海")
    crm("log-contact c3 你好 --at 2026-11-10")


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["--where", "等级 = 核心"], ["c2", "c3"]),
        (["--where", "城市=上海"], ["c1", "c3"]),
        (["--where", "客户等级 != 核心客户", "--where", "城市 = 上海"], ["c1"]),
        (["--where", "最近跟进 < 2026-11-15"], ["c3"]),
        (["--where", "客户状态 = 成交"], ["c2"]),
        (["--sort", "-编号"], ["c3", "c2", "c1"]),
        (["--sort", "城市"], ["c1", "c3", "c2"]),
    ],
)
def test_a_field_is_named_in_chinese(asked: list[str], found: list[str]) -> None:
    english = {"等级": "tier", "客户等级": "tier", "城市": "city", "最近跟进": "last_contact_on", "客户状态": "stage", "编号": "ref"}  # fmt: skip
    said = [_replaced(word, english) for word in asked]
    assert crm(["list-customers", *asked, "--json"]).out == crm(["list-customers", *said, "--json"]).out  # fmt: skip
    assert [one["ref"] for one in crm(["list-customers", *asked, "--json"]).json["items"]] == found


def _replaced(text: str, words: dict[str, str]) -> str:
    for chinese in sorted(words, key=len, reverse=True):
        text = text.replace(chinese, words[chinese])
    return text


def test_every_title_is_of_one_field_that_there_is() -> None:
    assert set(TITLES) <= set(filters._known())
    titles = [title for many in TITLES.values() for title in many]
    assert len(titles) == len(set(titles))
    assert all(field_called(title) == field for field, many in TITLES.items() for title in many)


@pytest.mark.usefixtures("three")
def test_every_title_heads_a_list_or_a_filter() -> None:
    heading = run_in_process("--lang zh list-customers", COLUMNS="200").out.splitlines()[0].split()
    assert [word for word in heading if field_called(word) == word] == []


def test_a_word_that_is_no_field_is_refused() -> None:
    ran = run_in_process(["list-customers", "--where", "颜色=红"])
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("crm: field '颜色' is unknown; choose one of added_on, address, ")
