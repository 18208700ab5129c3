"""The tools whose exports are recognised by their headers, and what is particular about each (CLI.md, Import).

Names that mean the same in every file are in exchange/headers.py; here is what a header, a word or an empty cell means in
the export of one tool only. A new tool is one more entry of TOOLS.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from crmcli.exchange.headers import MANY, bare_key, normal
from crmcli.locale import N_


@dataclass(frozen=True)
class Tool:
    """A tool: its name; the headers that tell its export, each set enough by itself; what is particular about it."""

    name: str
    signatures: tuple[str, ...]
    """Each the headers that must all be there, separated by "|"."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By field its headers separated by "|", of which the first one filled counts; `-` has those that mean no field."""
    is_phone_book: bool = False
    """True when its rows are people one has met, so that they are prospects where they do not say."""
    of_strangers: bool = False
    """True when its rows are companies one has only heard of, so that they are prospects, too, where no column is there
    that a list of one's own would have."""
    empty: frozenset[str] = frozenset()
    """What it writes where there is nothing, in small letters."""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By field: its word in small letters and ours, `*` for any other; an empty one says nothing."""
    joined: str = ""
    """What stands between several values of one cell."""

    @property
    def own(self) -> dict[str, str]:
        """What its headers mean, in normal form and in order."""
        own: dict[str, str] = {}
        for name, words in self.headers.items():
            for key in map(normal, words.split("|")):
                own.setdefault(key, name)
                if name in MANY:  # "Phone 1 - Value" stands for "Phone 2 - Value" as well
                    own.setdefault("".join(sign for sign in key if not sign.isdigit()), name)
        return own


_NOTHING = frozenset(
    {"-", "--", "---", "—", "——", "/", "n/a", "无", "暂无", "暂无信息", "未公开", "null"}
)
_DASH = frozenset({"-", "--"})
# Two people who work for themselves are not two contacts of one customer.
_NO_EMPLOYER = dict.fromkeys(
    (
        "self-employed", "self employed", "selfemployed", "freelance", "freelancer", "freelancing", "independent",
        "independent consultant", "unemployed", "retired", "student", "n/a", "none", "stealth", "stealth startup",
        "stealth mode startup", "confidential", "自由职业", "自由职业者", "自雇", "个体", "无", "待业", "退休",
    ),
    "",
)  # fmt: skip
_LIFECYCLE = {
    "subscriber": "prospect", "lead": "prospect", "marketing qualified lead": "prospect",
    "marketingqualifiedlead": "prospect", "sales qualified lead": "interested", "salesqualifiedlead": "interested",
    "opportunity": "interested", "customer": "customer", "evangelist": "customer", "other": "",
}  # fmt: skip
_LEAD_STATUS = {
    "open": "prospect", "new": "prospect", "open - not contacted": "prospect", "not contacted": "prospect",
    "working": "prospect", "working - contacted": "prospect", "contacted": "prospect", "nurturing": "prospect",
    "attempted to contact": "prospect", "contact in future": "prospect", "pre-qualified": "interested",
    "qualified": "interested", "closed - converted": "interested", "converted": "interested", "not qualified": "lost",
    "unqualified": "lost", "closed - not converted": "lost", "junk lead": "lost", "lost lead": "lost", "-none-": "",
}  # fmt: skip
# What companies call their accounts beyond these says nothing of a stage.
_ACCOUNT_TYPE = {
    "prospect": "prospect", "customer": "customer", "customer - direct": "customer", "customer - channel": "customer",
    "former customer": "lost", "lost": "lost", "*": "",
}  # fmt: skip

TOOLS: tuple[Tool, ...] = (
    Tool(
        N_("LinkedIn connections"),
        (
            "First Name|Last Name|Connected On",
            "First Name|Last Name|Company|Position|URL",
        ),
        {
            "person_email": "Email Address",
            "-": "URL|Connected On",
        },
        is_phone_book=True,
        words={"name": _NO_EMPLOYER},
    ),
    Tool(
        N_("Google Contacts"),
        (
            "Given Name|Family Name|Group Membership",
            "Name|Given Name|E-mail 1 - Value",
            "Name|Given Name|Phone 1 - Value",
            "First Name|Last Name|E-mail 1 - Value",
            "First Name|Last Name|Phone 1 - Value",
            "First Name|Last Name|Organization Name|Labels",
        ),
        {
            "person": "Name",
            "name": "Organization Name|Organization 1 - Name|Organization 2 - Name",
            "title": "Organization Title|Organization 1 - Title|Organization 2 - Title",
            "person_phone": "Phone 1 - Value",
            "person_email": "E-mail 1 - Value",
            "address": "Address 1 - Formatted|Address 1 - Street|Address 2 - Formatted",
            "city": "Address 1 - City|Address 2 - City",
            "province": "Address 1 - Region|Address 2 - Region",
            "-": "Nickname|Short Name|File As|Location|Priority|Subject|Occupation|Billing Information|Keywords",
        },
        is_phone_book=True,
        joined=":::",
    ),
    Tool(
        N_("Outlook contacts"),
        (
            "First Name|Last Name|E-mail Display Name",
            "First Name|Last Name|E-mail Address|Business Phone",
            "First Name|Last Name|E-mail Address|Mobile Phone",
            "名|姓|电子邮件地址",
            "名|姓|商务电话",
            "名字|姓氏|电子邮件地址",
        ),
        {
            "name": "Company|单位|公司",
            "title": "Job Title|职务|职位",
            "person_phone": "Mobile Phone|Business Phone|Home Phone|Primary Phone|Other Phone|移动电话|商务电话|住宅电话|主要电话"
            "|其他电话",
            "person_email": "E-mail Address|电子邮件地址",
            "address": "Business Street|Business Address|Home Street|Home Address|Other Street|Other Address|商务地址 街道"
            "|商务地址|住宅地址 街道|住宅地址|其他地址 街道|其他地址",
            "city": "Business City|Home City|Other City|商务地址 市/县|住宅地址 市/县|其他地址 市/县",
            "province": "Business State|Home State|Other State|商务地址 省/市/自治区|住宅地址 省/市/自治区"
            "|其他地址 省/市/自治区",
            "-": "Title|Account|Location|Office Location|Referred By|Nickname|Priority|Profession|帐户|账户|地点"
            "|办公地点|引用者|优先级|职业|英文称谓|中文称谓|称谓",
        },
        is_phone_book=True,
    ),
    Tool(
        N_("Salesforce or Zoho leads"),
        (
            "Lead ID|Lead Status",
            "Lead Owner|Company / Account",
            "Lead Owner|Lead Status",
            "Lead Source|Lead Status|First Name|Last Name",
            "Record Id|Lead Name|Lead Status",
        ),
        {
            "name": "Company / Account|Company|Company Name",
            "person": "Lead Name|Full Name|Name",
            "person_phone": "Phone|Mobile|Mobile Phone",
            "person_email": "Email|Secondary Email",
            "stage": "Lead Status",
            "last_contact": "Last Activity|Last Activity Date|Last Activity Time",
            "-": "Lead ID|Record Id|Referred by|Lead Owner|Rating|Created Time|Create Date",
        },
        is_phone_book=True,
        empty=_DASH,
        words={"stage": _LEAD_STATUS},
    ),
    Tool(
        N_("Salesforce or Zoho contacts"),
        (
            "First Name|Last Name|Account Name|Account Owner",
            "First Name|Last Name|Account Name|Contact Owner",
            "First Name|Last Name|Account Name|Contact ID",
            "First Name|Last Name|Account Name|Account ID",
            "First Name|Last Name|Account Name|Mailing City",
        ),
        {
            "external_id": "Account ID",
            "name": "Account Name",
            "person": "Full Name|Contact Name|Name",
            "person_phone": "Phone|Mobile|Mobile Phone|Home Phone|Other Phone",
            "person_email": "Email|Secondary Email",
            "stage": "Type|Account Type",
            "address": "Mailing Street|Mailing Address|Billing Street|Other Street",
            "city": "Mailing City|Billing City|Other City",
            "province": "Mailing State/Province|Mailing State|Billing State/Province|Billing State|Other State",
            "last_contact": "Last Activity|Last Activity Date|Last Activity Time",
            "-": "Contact ID|Record Id|Rating|Account Owner|Contact Owner|Salutation",
        },
        empty=_DASH,
        words={"stage": _ACCOUNT_TYPE},
    ),
    Tool(
        N_("HubSpot contacts"),
        (
            "First Name|Last Name|Record ID",
            "First Name|Last Name|Contact owner",
            "First Name|Last Name|Lifecycle Stage",
        ),
        {
            "name": "Company name|Associated Company|Primary Associated Company Name|Company",
            "person_phone": "Phone Number|Mobile Phone Number|Phone",
            "person_email": "Email|Additional email addresses|Work email",
            "stage": "Lifecycle Stage",
            "last_contact": "Last Contacted|Last Activity Date|Last Engagement Date",
            "-": "Record ID|Lead Status|Create Date",
        },
        words={"stage": _LIFECYCLE},
    ),
    Tool(
        N_("HubSpot companies"),
        (
            "Record ID|Company owner",
            "Record ID|Company name",
            "Record ID|Company Domain Name",
        ),
        {
            "name": "Company name|Name",
            "stage": "Lifecycle Stage",
            "last_contact": "Last Contacted|Last Activity Date|Last Engagement Date",
            "address": "Street Address|Legal entity address",
            "-": "Lead Status|Create Date",
        },
        words={"stage": _LIFECYCLE},
    ),
    Tool(
        N_("Salesforce or Zoho accounts"),
        (
            "Account ID|Account Name",
            "Account Owner|Account Name",
            "Account Name|Billing State/Province",
        ),
        {
            "external_id": "Account ID|Record Id",
            "name": "Account Name",
            "stage": "Type|Account Type",
            "address": "Billing Street|Billing Address Line 1|Billing Address|Shipping Street",
            "city": "Billing City|Shipping City",
            "province": "Billing State/Province|Billing State|Shipping State/Province|Shipping State",
            "last_contact": "Last Activity|Last Activity Date|Last Activity Time",
            "-": "Rating|Account Owner|Parent Account",
        },
        empty=_DASH,
        words={"stage": _ACCOUNT_TYPE},
    ),
    Tool(
        N_("Pipedrive"),
        (
            "Person - Name|Person - Organization",
            "Person - Name|Organization - Name",
            "Organization - Name|Organization - Address",
            "Organization - Name|Organization - ID",
            "Organization - Name|Organization - Owner",
        ),
        {
            "name": "Organization - Name|Person - Organization",
            "person": "Person - Name",
            "tags": "Organization - Label|Person - Label|Organization - Labels|Person - Labels",
        },
    ),
    Tool(
        N_("a company register (企查查, 天眼查)"),
        (
            "法定代表人|注册资本",
            "法定代表人|登记状态",
            "法定代表人|经营状态",
            "统一社会信用代码|成立日期",
            "统一社会信用代码|更多电话",
        ),
        {
            "name": "企业名称|公司名称|单位名称|名称|原文件导入名称",
            "person": "联系人|法定代表人|法人|法人代表",
            "uscc": "统一社会信用代码|纳税人识别号|纳税人识别码",
            "address": "企业地址|公司地址|注册地址|通信地址|最新年报地址",
            "industry": "所属行业|行业|国标行业门类|国标行业大类|一级行业分类",
            "size": "人员规模|企业规模|公司规模|参保人数",
            "-": "登记状态|经营状态|企业状态|状态|成立日期|核准日期|营业期限|曾用名|英文名|英文名称|注册号"
            "|组织机构代码|序号",
        },
        of_strangers=True,
        empty=_NOTHING,
    ),
    Tool(
        N_("WeCom customers (企业微信)"),
        (
            "客户名称|添加人|添加时间",
            "客户昵称|添加人",
            "客户昵称|企业微信添加人",
            "客户名称|企业微信添加人",
            "客户名称|添加人账号",
        ),
        {
            "person": "客户备注名|备注名|客户昵称|客户名称",
            "name": "企业|企业名称|公司|客户企业|备注企业",
            "person_phone": "手机|手机号|手机号码|电话|备注手机|备注电话",
            "person_email": "邮箱",
            "note": "描述|备注|备注信息",
            "-": "添加人|添加人账号|添加人所属部门|添加时间",
        },
        empty=_NOTHING,
        words={"name": {"微信": "", "wechat": ""}},
    ),
    Tool(
        N_("纷享销客 (Fxiaoke)"),
        (
            "客户名称|成交状态|最后跟进时间",
            "客户名称|归属部门|成交状态",
            "客户名称|所属公海",
        ),
        {
            "stage": "客户状态|成交状态",
            "-": "负责人|归属部门|所属公海|生命状态|锁定状态",
        },
        empty=_DASH,
        words={"stage": {"未分配": "", "已分配": "", "报备中": ""}},
    ),
    Tool(
        N_("销售易 (Neocrm)"),
        (
            "客户名称|客户所有人",
            "公司名称|客户所有人",
            "客户名称|最新活动记录时间",
        ),
        {
            "-": "客户所有人|所属部门|锁定状态|最新活动记录",
        },
        empty=_DASH,
    ),
    Tool(
        N_("用友 or 金蝶 (ERP)"),
        (
            "客户编码|客户名称|客户简称",
            "客户编码|客户名称|客户分类",
            "客户编码|客户名称|税号",
            "代码|名称|助记码",
            "编码|名称|助记码",
            "编码|名称|纳税登记号",
            "往来单位编码|往来单位名称",
        ),
        {
            "external_id": "客户编码|编码|代码|往来单位编码",
            "name": "客户名称|往来单位名称|名称|全称|全名|客户全称",
            "city": "城市|所在城市|市",
            "-": "助记码|客户分类|客户分类编码|客户类别|客户分组|所属分类码|所属地区码|状态|使用状态|禁用状态|开户银行"
            "|法人",
        },
        empty=_DASH,
    ),
)


_OF_PEOPLE = {
    "name": "customer", "person": "name", "person_phone": "phone", "person_email": "email", "title": "title",
    "given_name": "given_name", "middle_name": "middle_name", "family_name": "family_name", "wechat": "wechat", "note": "note",
}  # fmt: skip
"""What a field of a customer is to its people, in a list of them; the others are not theirs."""
_PERSON = frozenset({"person", "person_phone", "person_email"})
_NUMBERS_OF_PEOPLE = frozenset(normal(f"{header} id") for header in ("contact", "person", "record"))


def tool_of(kind: str, headers: Sequence[str]) -> Tool | None:
    """The tool whose export of customers or of people a file with these headers is; None when it is no one's."""
    if kind not in ("customers", "people"):
        return None
    keys = {*map(normal, headers), *map(bare_key, headers)}
    for tool in TOOLS:
        if kind == "people" and _PERSON.isdisjoint(tool.headers):
            continue  # a list of companies
        for signature in tool.signatures:
            if keys.issuperset(map(normal, signature.split("|"))):
                return tool if kind == "customers" else _for_people(tool)
    return None


def _for_people(tool: Tool) -> Tool:
    """The same tool, its rows read as people at customers: an id of a contact, of no use to a customer, is theirs."""
    headers = {
        _OF_PEOPLE[name]: words for name, words in tool.headers.items() if name in _OF_PEOPLE
    }
    nothing = tool.headers.get("-", "").split("|")
    headers["-"] = "|".join(each for each in nothing if normal(each) not in _NUMBERS_OF_PEOPLE)
    words = {_OF_PEOPLE[name]: words for name, words in tool.words.items() if name in _OF_PEOPLE}
    return replace(tool, headers=headers, words=words)
