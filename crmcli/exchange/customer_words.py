"""What other tools call a customer's stage and tier, besides the handbook's own words (CLI.md, Import).

Whole words only, so that none of them shortens what may be typed at the command line.
"""

from collections.abc import Mapping

from crmcli.rules import terms
from crmcli.rules.terms import Vocabulary

_STAGES = {
    "prospect": "lead|new lead|open lead|suspect|cold lead|公海|公海客户|公海池|未成交|未成交客户|未合作|潜客|新线索|新客户线索"
    "|初步接触|初步沟通|初访|初访客户|待跟进|未跟进|跟进中|沟通中|目标客户|陌生客户",
    "interested": "opportunity|qualified|qualified lead|sales qualified lead|marketing qualified|hot lead|warm lead|proposal"
    "|negotiation|有意向客户|高意向|强意向|商机|商机客户|报价|已报价|方案报价|谈判|商务谈判|试用|试用客户|准客户|准成交客户",
    "customer": "client|won|closed won|active customer|current customer|existing customer|paying customer|老客户|签约|已签约|签约客户"
    "|已签单|合作中|已合作|合作|正式客户|多次成交|复购客户|已购|已购买|成交老客户|正常合作",
    "lost": "churned|churn|closed lost|former customer|past customer|inactive customer|丢单|已丢单|输单|战败|战败客户|无效|无效客户"
    "|失效|已失效|停止合作|终止合作|已终止|流失老客户",
}
_TIERS = {
    "core": "vip|vip客户|ka|ka客户|重点|重点客户|重要客户|大客户|战略客户|key account|key|strategic|核心级",
    "potential": "潜力级|成长客户|成长型客户|growth",
    "ordinary": "一般|一般客户|普通级|小客户|长尾客户|standard|normal|regular",
}


def _by_word(words: Mapping[str, str]) -> dict[str, str]:
    return {other: word for word, others in words.items() for other in others.split("|")}


_STAGE_OF, _TIER_OF = _by_word(_STAGES), _by_word(_TIERS)


def read_stage(text: str) -> str:
    """The stage that a list means by `text`; BadValue lists the words that work."""
    return _STAGE_OF.get(text.casefold()) or terms.STAGE.read(text)


def read_tier(text: str, tiers: Vocabulary) -> str:
    """The tier of these that a list means by `text`, `A类客户` included; BadValue lists the words that work."""
    found = _TIER_OF.get(text.casefold(), "")
    if found in tiers.words:
        return found
    if text[:1].isascii() and text.endswith("客户"):
        text = text.removesuffix("客户")
    return tiers.read(text)
