"""The handbook's words: what is stored, and what people may type for it (HANDBOOK §13, CLI.md).

Stored values are English and never change with the language. Input takes the English word, the Chinese
one, or any unique beginning of either.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import ne
from typing import Any, NamedTuple, Self

from crmcli.errors import BadValue, Listed, near
from crmcli.rules.said import Said, said

ALL_STAGES = ("prospect", "interested", "customer", "lost")
LEAD_STAGES = ("prospect", "interested")
LIFECYCLES = ("lost", "lead", "new", "dormant", "active", "established")
LIVE_CHANNELS = ("call", "visit", "meeting", "video")
MESSAGE_CHANNELS = ("email", "wechat", "wecom", "message")


class Vocabulary(NamedTuple):
    """The values of one field: each stored word with the other words people use for it, shown one first."""

    field: str
    words: Mapping[str, Sequence[str]]

    def read(self, text: str) -> str:
        """The stored word meant by `text`; BadValue lists the words that work."""
        asked = unicodedata.normalize("NFKC", text).strip().casefold()
        if asked in self.words:
            return asked
        found = self._meant_by(asked)
        if not found and not asked.isascii():
            from crmcli.rules.writings import simplified  # its table is large

            found = self._meant_by(simplified(asked))
        if len(found) == 1:
            return found.pop()
        if found:
            raise BadValue(
                "{field} {text!r} may mean {found}; write one of them",
                field=self.field,
                text=text,
                found=Listed(map(Said, sorted(found))),
            )
        everything = {name: word for word, others in self.words.items() for name in (word, *others)}
        if likely := near(asked, everything) or _off_by_one(asked, everything):
            raise BadValue(
                "{field} {text!r} is unknown; did you mean {near}?",
                field=self.field,
                text=text,
                near=_Likely(likely, self._named(everything[likely])),
            )
        raise BadValue(
            "{field} {text!r} is unknown; choose one of {known}",
            field=self.field,
            text=text,
            known=self.known(),
        )

    def _meant_by(self, asked: str) -> set[str]:
        """The stored words that are called so, else those of which a name begins so."""
        found = {word for word, others in self.words.items() if asked in _folded(others)}
        if not found and asked:
            found = {
                word
                for word, others in self.words.items()
                if any(name.startswith(asked) for name in (word, *_folded(others)))
            }
        return found

    def of_chinese(self, text: str) -> str:
        """The stored word for a Chinese one; any other text as it is, where it is read more strictly."""
        return next((word for word, others in self.words.items() if text in others), text)

    def known(self) -> str:
        """The words that work, for a sentence: `core (核心客户), potential (潜力客户)`; in Chinese its own first."""
        return Listed(self._named(word) for word in self.words)

    def _named(self, word: str) -> "Said | str":
        others = self.words[word]
        if not others or others[0].isascii():
            return word
        return said("{word} ({chinese})", word=word, chinese=others[0])


class _Likely(str):
    """The word that was probably meant, which Chinese readers are shown in both languages."""

    both: Said | str

    def __new__(cls, likely: str, both: Said | str) -> Self:
        """The word itself, and it in both languages."""
        made = super().__new__(cls, likely)
        made.both = both
        return made

    def render(self, translate: Callable[[str], str], spell: Callable[[Any], str]) -> str:
        """The text in the language of `translate`."""
        both = self.both
        if isinstance(both, str) or translate(both.template) == both.template:
            return str(self)
        return both.render(translate, spell)


def _off_by_one(asked: str, known: Iterable[str]) -> str | None:
    """The only Chinese word of `known` of which one character is another: 汇款 for 回款. Two have too little in common to be
    alike.
    """
    if asked.isascii() or not 2 <= len(asked) <= 4:
        return None
    found = [name for name in known if len(name) == len(asked) and sum(map(ne, name, asked)) == 1]
    return found[0] if len(found) == 1 else None


def _folded(words: Sequence[str]) -> list[str]:
    return [unicodedata.normalize("NFKC", word).casefold() for word in words]


KIND = Vocabulary("kind", {"company": ("企业", "公司", "企业客户"), "person": ("个人", "个人客户")})
STAGE = Vocabulary(
    "stage",
    {
        "prospect": ("潜在客户", "潜在", "线索"),
        "interested": ("意向客户", "意向", "有意向"),
        "customer": ("成交客户", "成交", "已成交", "合作客户", "客户"),
        "lost": ("流失客户", "流失", "已流失"),
    },
)
LIFECYCLE = Vocabulary(
    "lifecycle",
    {
        "lost": ("流失客户", "流失"),
        "lead": ("线索", "潜在"),
        "new": ("新客户", "新客户（护航期）"),
        "dormant": ("待唤醒客户", "待唤醒"),
        "active": ("活跃客户", "活跃"),
        "established": ("长期客户", "长期"),
    },
)
CHANNEL = Vocabulary(
    "channel",
    {
        "call": ("电话", "phone", "致电"),
        "visit": ("拜访", "上门拜访"),
        "meeting": ("会议", "面谈"),
        "video": ("视频", "视频会议"),
        "email": ("邮件", "e-mail", "mail", "电子邮件"),
        "wechat": ("微信",),
        "wecom": ("企业微信", "企微"),
        "message": ("短信", "消息", "sms"),
        "event": ("活动", "展会"),
        "other": ("其他", "其它"),
    },
)
DIRECTION = Vocabulary(
    "direction",
    {
        "in": ("客户联系我方", "呼入", "来访", "incoming"),
        "out": ("我方联系客户", "呼出", "outgoing"),
        "both": ("双向",),
    },
)
INTENT = Vocabulary("intent", {"high": ("高",), "medium": ("中",), "low": ("低",)})
ROLE = Vocabulary(
    "role",
    {
        "decider": ("决策人", "决策者"),
        "approver": ("审批人",),
        "buyer": ("采购负责人", "采购"),
        "evaluator": ("技术评估人", "技术"),
        "influencer": ("影响者",),
        "user": ("使用人", "使用者"),
        "contact": ("对接人", "联系人"),
        "acceptor": ("验收人",),
    },
)
LOSS_REASON = Vocabulary(
    "loss reason",
    {
        "price": ("价格",),
        "product": ("产品",),
        "service": ("服务",),
        "competitor": ("竞争对手", "竞品"),
        "no budget": ("无预算", "预算"),
        "contact left": ("联系人离职", "离职"),
        "other": ("其他", "其它"),
    },
)

CONSENT = Vocabulary(
    "consent",
    {
        "given": ("同意", "已同意", "已授权", "授权", "yes", "y", "true", "是", "agreed", "granted", "opted in", "opt-in", "subscribed"),
        "refused": (
            "拒绝", "已拒绝", "不同意", "未同意", "未授权", "no", "n", "false", "否", "denied", "withdrawn", "已撤回", "撤回", "opted out",
            "opt-out", "unsubscribed", "退订",
        ),
        "unknown": ("未知", "不详", "未询问", "待确认", "待定", "n/a"),
    },
)  # fmt: skip


def read_consent(text: str) -> str | None:
    """The stored statement; nothing for `unknown`, which is none."""
    word = CONSENT.read(text)
    return None if word == "unknown" else word


def read_loss_reason(text: str) -> str:
    """The stored reason: one of the handbook's, or `other: ` and one's own words (HANDBOOK §1)."""
    head, mark, own = text.replace("：", ":", 1).partition(":")
    if mark and own.strip() and LOSS_REASON.read(head) == "other":
        return f"other: {own.strip()}"
    return LOSS_REASON.read(text)


def read_lost_deal(text: str) -> str:
    """The stored reason why a deal was lost: one of the handbook's, alone or with one's own words (`price: …`).

    A sentence of one's own is `other: …`; a single word that is near a known one is taken for a slip.
    """
    head, mark, own = text.replace("：", ":", 1).partition(":")
    try:
        word = LOSS_REASON.read(head)
    except BadValue:
        known = [name for word, others in LOSS_REASON.words.items() for name in (word, *others)]
        if near(text.strip(), known):
            raise
        return f"other: {text.strip()}"
    return f"{word}: {own.strip()}" if mark and own.strip() else word


DEAL_STAGE = Vocabulary(
    "stage",
    {
        "open": (
            "进行中", "跟进中", "初步接触", "需求确认", "方案阶段", "新建", "prospecting", "qualification", "qualified", "needs analysis",
            "id. decision makers", "perception analysis", "new", "in progress",
        ),
        "quoted": (
            "已报价", "报价", "报价中", "商务谈判", "谈判", "谈判中", "proposal", "proposal/price quote", "value proposition", "negotiation",
            "negotiation/review", "proposal sent",
        ),
        "won": ("赢单", "已赢单", "成交", "已成交", "已签约", "签约", "closed won", "closedwon"),
        "lost": ("输单", "已输单", "丢单", "已丢单", "流失", "已流失", "失败", "closed lost", "closedlost"),
    },
)  # fmt: skip
KEY_DATE = Vocabulary(
    "key date",
    {
        "birthday": ("生日",),
        "anniversary": ("周年", "周年纪念日", "纪念日", "周年庆"),
        "qualification": ("资质到期", "资质", "证书到期"),
    },
)
NEED_KIND = Vocabulary(
    "kind",
    {
        "feature": ("功能", "功能需求", "feature request", "enhancement"),
        "service": ("服务", "服务请求", "service request", "服务需求"),
        "problem": ("问题", "故障", "incident", "bug", "issue", "报修"),
        "complaint": ("投诉",),
        "question": ("咨询", "疑问"),
        "suggestion": ("建议",),
    },
)
URGENCY = Vocabulary(
    "urgency",
    {
        "urgent": ("紧急", "特急", "非常紧急", "highest", "critical", "高", "high"),
        "important": ("重要", "较急", "中", "medium"),
        "routine": ("常规", "一般", "普通", "不紧急", "低", "low", "normal"),
    },
)
STRENGTH = Vocabulary(
    "strength", {"core": ("必须", "核心", "must"), "expected": ("期望", "should")}
)
NEED_STATUS = Vocabulary(
    "status",
    {
        "received": ("已接收", "待分级", "待处理", "新建", "未处理", "new", "open"),
        "triaged": ("已分级", "已分派", "已受理", "assigned"),
        "planned": ("已计划", "已制定方案"),
        "scheduled": ("已排期",),
        "in_progress": ("处理中", "进行中", "in progress", "跟进中"),
        "waiting": ("待客户回复", "等待客户", "pending", "on hold", "waiting on customer", "挂起"),
        "resolved": ("已解决", "solved", "done", "已处理", "完成", "已完成"),
        "confirmed": ("客户确认", "已确认", "已关闭", "closed", "关闭", "已评价"),
        "reopened": ("重新处理", "重新打开"),
        "declined": ("不采纳", "已拒绝", "rejected", "won't fix"),
    },
)
PROMISE_BY = Vocabulary(
    "by",
    {
        "we-owe": ("我方", "我们", "we", "us", "ours", "我方承诺"),
        "they-owe": ("客户", "客户方", "对方", "they", "them", "theirs", "customer", "客户承诺"),
    },
)
PROMISE_LEVEL = Vocabulary(
    "level",
    {
        "basic": ("基本", "基础", "基本承诺"),
        "value-add": ("增值", "增值承诺"),
        "surprise": ("惊喜", "惊喜承诺"),
    },
)
SURVEY_KIND = Vocabulary(
    "kind",
    {
        "service": ("服务", "服务回访"),
        "relation": ("关系", "关系回访", "relationship"),
        "deep": ("深度", "深度访谈", "in-depth"),
    },
)
SURVEY_STATUS = ("due", "sent", "answered", "no_answer")
CAUSE = Vocabulary(
    "cause",
    {
        "misunderstanding": ("误解", "沟通误解", "理解偏差"),
        "technical": ("技术", "技术问题"),
        "speed": ("速度", "响应慢"),
        "attitude": ("态度",),
        "other": ("其他", "其它"),
    },
)
ARTICLE_KIND = Vocabulary(
    "type", {"problem": ("问题", "问题解决"), "script": ("话术",), "insight": ("洞察", "经验")}
)
ROUNDS = ("value-review", "business-review", "solution-review", "care")
"""What comes round with every customer (HANDBOOK §9)."""


def round_column(kind: str, what: str = "on") -> str:
    """The column of a customer's row that has the day of a round, or what else is kept of it (`done_on`)."""
    return f"{kind.replace('-', '_')}_{what}"


DUE_KIND = Vocabulary(
    "kind",
    {
        "touch": ("回访",),
        "follow-up": ("下一步", "跟进"),
        "task": ("任务",),
        "unanswered": ("未回复",),
        "key-date": ("重要日子",),
        "win-back": ("流失挽回", "挽回"),
        "respond": ("响应时限", "响应"),
        "feedback": ("反馈时限", "反馈"),
        "solve": ("解决时限", "解决"),
        "plan-step": ("方案步骤", "步骤"),
        "plan-confirm": ("方案确认",),
        "progress": ("进展通报", "进展"),
        "survey": ("满意度回访",),
        "review": ("复盘",),
        "promise": ("承诺",),
        "amends": ("补偿措施", "补偿"),
        "quote": ("报价跟进", "报价"),
        "deal": ("商机",),
        "payment": ("回款",),
        "renewal": ("续约",),
        "contract-review": ("合同复核",),
        "visit": ("拜访",),
        "value-review": ("价值回顾",),
        "business-review": ("业务回顾",),
        "solution-review": ("方案回顾",),
        "care": ("关怀",),
        "reorder": ("复购提醒", "复购"),
        "churn": ("流失预警", "预警"),
        "risk": ("风险",),
        "file-check": ("资料核对", "档案核对"),
        "tier-review": ("客户等级评审", "等级评审"),
        "kb-review": ("知识库复核",),
        "archive": ("归档",),
    },
)
ROWS = Vocabulary(
    "--as",
    {
        "customers": ("客户",),
        "people": ("联系人",),
        "interactions": ("跟进记录", "跟进"),
        "tasks": ("任务",),
        "all": ("全部",),
        "orders": ("订单",),
        "deals": ("商机",),
        "needs": ("需求", "工单"),
        "promises": ("承诺",),
        "surveys": ("满意度回访", "回访"),
    },
)
"""What is imported and exported."""

_TIERS = {
    "core": ("核心客户", "核心"),
    "potential": ("潜力客户", "潜力"),
    "ordinary": ("普通客户", "普通"),
}


def tiers(names: Sequence[str], labels: Mapping[str, str] = {}) -> Vocabulary:
    """The tiers of this file in rank order; the first is also A, the second B and so on (CLI.md)."""
    words: dict[str, tuple[str, ...]] = {}
    for position, name in enumerate(names):
        label = (labels[name],) if labels.get(name) else ()
        letter = chr(ord("A") + position)
        words[name] = (*label, *_TIERS.get(name, ()), letter, f"{letter}级", f"{letter}类")
    return Vocabulary("tier", words)
