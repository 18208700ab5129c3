"""What common tools call the kinds, urgencies and states of needs, besides the handbook's own words (CLI.md, Import).

Whole words only, so that none of them shortens what may be typed at the command line.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

from crmcli.rules import terms
from crmcli.rules.terms import Vocabulary

NONE = ""
"""What these words say is that nothing is known."""

_KIND = {
    "feature": "new feature|story|user story|epic|improvement|change|change request|requirement|需求|新需求|新功能|改造|定制|定制需求",
    "service": "task|service task|support|support request|service request with approvals|request|installation|maintenance"
    "|售后|售后服务|安装|维修|维护|保养|巡检|退换货|退货|换货|培训|上门服务",
    "problem": "defect|error|fault|failure|product issue|technical issue|technical problem|缺陷|报障|异常|使用问题|产品问题|技术问题",
    "complaint": "客诉|客户投诉|投诉建议",
    "question": "inquiry|enquiry|general inquiry|query|how to|how-to|help|询问|咨询问题|业务咨询|售前咨询|使用咨询",
    "suggestion": "idea|proposal|意见|改进|优化|改进建议|优化建议|意见建议",
    NONE: "other|others|none|n/a|其他|其它|无|未分类",
}
_URGENCY = {
    "urgent": "blocker|p0|p1|1 - critical|1 - high|s1|sev1|最高|极高|加急|立即|严重|致命",
    "important": "major|p2|2 - high|2 - medium|3 - moderate|s2|sev2|较高|moderate|优先",
    "routine": "minor|trivial|lowest|standard|p3|p4|3 - low|4 - low|s3|s4|sev3|sev4|标准|正常|较低|最低|轻微",
    NONE: "none|n/a|not set|unprioritized|无|未设置|未定级",
}
_STATUS = {
    "received": "to do|todo|backlog|unassigned|unopened|未受理|待受理|待分配|已开启|已创建|已提交|待响应|待接单",
    "triaged": "accepted|selected for development|已接单|待解决",
    "planned": "计划中|方案已定",
    "scheduled": "排期中",
    "in_progress": "working|work in progress|processing|doing|in review|under review|in development|escalated"
    "|waiting on us|waiting for support|受理中|解决中|已响应|开发中|测试中|已升级",
    "waiting": "hold|on-hold|waiting on contact|waiting for customer|waiting on third party|awaiting reply|awaiting customer"
    "|pending customer|待客户确认|待客户反馈|等待客户回复|暂停|搁置|已暂停",
    "resolved": "fixed|complete|completed|待评价|待回访|待验收|处理完成",
    "confirmed": "closed - resolved|archived|已完结|完结|结束|已结束|已结单|已归档|已验收",
    "reopened": "reopen|re-opened|重开|已重开|重新开启|再次打开",
    "declined": "canceled|cancelled|won't do|wont fix|duplicate|invalid|cannot reproduce|closed - not resolved|abandoned"
    "|已取消|取消|已驳回|驳回|已撤销|撤销|已撤回|不处理|拒绝|作废|已作废",
}


def _reader(vocabulary: Vocabulary, tools: Mapping[str, str]) -> Callable[[str], str | None]:
    words = {name: stored for stored, names in tools.items() for name in names.split("|")}

    @lru_cache(maxsize=500)
    def read(text: str) -> str | None:
        folded = " ".join(text.casefold().replace("_", " ").split())
        stored = words.get(folded)
        return vocabulary.read(text) if stored is None else stored or None

    return read


read_kind = _reader(terms.NEED_KIND, _KIND)
"""The stored kind meant by a cell, None for none of them; BadValue lists the words that work."""

read_urgency = _reader(terms.URGENCY, _URGENCY)
"""The stored urgency meant by a cell, None for none; BadValue lists the words that work."""

read_status = _reader(terms.NEED_STATUS, _STATUS)
"""The state of HANDBOOK §4 meant by a cell; BadValue lists the words that work."""
