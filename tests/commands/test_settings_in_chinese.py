"""Settings take their words in Chinese, and store them in English (HANDBOOK: input takes both)."""

import pytest

from tests.contract.program import refused
from tests.support import crm


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("privacy.mask", "总是", "always"), ("privacy.mask", "仅列表", "lists"), ("privacy.mask", "从不", "never"),
        ("privacy.mask_amounts", "开", "on"), ("privacy.mask_amounts", " 关 ", "off"), ("cadence.win_back", "否", "off"),
        ("plain", "是", "on"), ("plain", "关闭", "off"), ("calendar.roll", "顺延", "next"), ("calendar.roll", "提前", "previous"),
        ("calendar.roll", "不变", "keep"), ("cadence.counts", "全部", "all"), ("lang", "中文", "zh"), ("lang", "英文", "en"),
        ("privacy.mask", "Always", "always"),
    ],
)  # fmt: skip
def test_a_word_may_be_typed_in_chinese(name: str, typed: str, stored: str) -> None:
    crm(["config", "set", name, typed])
    assert crm(["config", "get", name]).out == f"{stored}\n"


def test_a_word_that_this_setting_does_not_know_is_refused_as_it_was_typed() -> None:
    refused("config set privacy.mask 开", 2, "privacy.mask: '开' is unknown; choose one of always, lists, never")  # fmt: skip
    refused("config set calendar.roll 从不", 2, "calendar.roll: '从不' is unknown; choose one of next, previous, keep")  # fmt: skip
