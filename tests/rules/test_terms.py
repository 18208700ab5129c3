"""The handbook's words in English and Chinese, and any unique beginning of them (HANDBOOK §13, CLI.md)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.rules import terms
from crmcli.rules.terms import Vocabulary, tiers

TIER = tiers(["core", "potential", "ordinary"])
ALL = [
    terms.KIND, terms.STAGE, terms.LIFECYCLE, terms.CHANNEL, terms.DIRECTION, terms.INTENT, terms.ROLE,
    terms.LOSS_REASON, terms.KEY_DATE, terms.DUE_KIND, TIER,
]  # fmt: skip

WORDS = [
    (terms.STAGE, "prospect 潜在客户 interested 意向客户 customer 成交客户 lost 流失客户"),
    (terms.LIFECYCLE, "new 新客户 new 新客户（护航期） established 长期客户 active 活跃客户 dormant 待唤醒客户"),
    (TIER, "core 核心客户 core 核心 potential 潜力客户 ordinary 普通客户 core A potential B ordinary C core a"),
    (terms.ROLE, "decider 决策人 approver 审批人 buyer 采购负责人 evaluator 技术评估人 influencer 影响者"),
    (terms.ROLE, "user 使用人 contact 对接人 acceptor 验收人"),
    (terms.CHANNEL, "call 电话 visit 拜访 meeting 会议 video 视频 email 邮件 wechat 微信 wecom 企业微信 message 短信"),
    (terms.INTENT, "high 高 medium 中 low 低"),
    (terms.DUE_KIND, "touch 回访 follow-up 下一步 unanswered 未回复 key-date 重要日子 win-back 流失挽回"),
]  # fmt: skip
CASES = [
    (vocabulary, stored, typed)
    for vocabulary, line in WORDS
    for stored, typed in zip(line.split()[::2], line.split()[1::2], strict=True)
]


@pytest.mark.parametrize(("vocabulary", "stored", "typed"), CASES)
def test_the_handbook_s_chinese_words(vocabulary: Vocabulary, stored: str, typed: str) -> None:
    assert vocabulary.read(typed) == stored
    assert vocabulary.read(stored) == stored


@pytest.mark.parametrize(
    ("vocabulary", "typed", "stored"),
    [
        (terms.CHANNEL, "ca", "call"), (terms.CHANNEL, "vis", "visit"), (terms.CHANNEL, "wech", "wechat"),
        (terms.CHANNEL, "微", "wechat"), (terms.CHANNEL, "企", "wecom"), (terms.CHANNEL, "会", "meeting"),
        (terms.STAGE, "p", "prospect"), (terms.STAGE, "LOST", "lost"), (terms.STAGE, "  Customer ", "customer"),
        (terms.STAGE, "ｌｏｓｔ", "lost"), (terms.INTENT, "h", "high"), (terms.INTENT, "m", "medium"),
        (TIER, "pot", "potential"), (TIER, "普", "ordinary"), (TIER, "Ａ", "core"), (TIER, "co", "core"),
        (terms.LOSS_REASON, "no b", "no budget"), (terms.LOSS_REASON, "comp", "competitor"),
        (TIER, "c", "ordinary"),  # the letter C, not the beginning of core
        (terms.STAGE, "潛在客戶", "prospect"), (terms.STAGE, "流失", "lost"), (terms.CHANNEL, "電話", "call"),
        (TIER, "潛力", "potential"), (terms.ROLE, "決策人", "decider"),
    ],
)  # fmt: skip
def test_any_unique_beginning_in_any_case_and_width(
    vocabulary: Vocabulary, typed: str, stored: str
) -> None:
    assert vocabulary.read(typed) == stored


@pytest.mark.parametrize(
    ("vocabulary", "typed", "sentence"),
    [
        (terms.CHANNEL, "we", "channel 'we' may mean wechat, wecom; write one of them"),
        (terms.CHANNEL, "e", "channel 'e' may mean email, event; write one of them"),
        (terms.LIFECYCLE, "l", "lifecycle 'l' may mean lead, lost; write one of them"),
        (
            TIER,
            "gold",
            "tier 'gold' is unknown; choose one of core (核心客户), potential (潜力客户), ordinary (普通客户)",
        ),
        (terms.INTENT, "", "intent '' is unknown; choose one of high (高), medium (中), low (低)"),
        (
            terms.INTENT,
            "   ",
            "intent '   ' is unknown; choose one of high (高), medium (中), low (低)",
        ),
        (
            terms.INTENT,
            "高高",
            "intent '高高' is unknown; choose one of high (高), medium (中), low (低)",
        ),
    ],
)
def test_other_words_are_refused_naming_those_that_work(
    vocabulary: Vocabulary, typed: str, sentence: str
) -> None:
    with pytest.raises(BadValue) as refusal:
        vocabulary.read(typed)
    assert str(refusal.value) == sentence


def test_more_tiers_take_the_letters_in_rank_order() -> None:
    words = tiers(["diamond", "core", "potential", "ordinary"], {"diamond": "钻石客户"})
    assert [words.read(letter) for letter in "ABCD"] == ["diamond", "core", "potential", "ordinary"]
    assert words.read("钻石") == "diamond"
    assert words.read("钻石客户") == "diamond"
    assert words.read("B级") == "core"


@given(st.sampled_from(ALL), st.data())
def test_a_beginning_means_its_word_or_is_refused(
    vocabulary: Vocabulary, data: st.DataObject
) -> None:
    stored = data.draw(st.sampled_from(sorted(vocabulary.words)))
    typed = stored[: data.draw(st.integers(1, len(stored)))]
    exact = {
        word
        for word, others in vocabulary.words.items()
        if typed in {name.casefold() for name in (word, *others)}
    }
    fitting = exact or {
        word
        for word, others in vocabulary.words.items()
        if any(name.casefold().startswith(typed) for name in (word, *others))
    }
    if len(fitting) == 1:
        assert vocabulary.read(typed) in fitting
    else:
        with pytest.raises(BadValue):
            vocabulary.read(typed)


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    for vocabulary in ALL:
        try:
            assert vocabulary.read(text) in vocabulary.words
        except BadValue as refusal:
            assert "\n" not in str(refusal)
