"""Which column is which: the headers of the contract (CLI.md, Import) and those that common tools export.

One table per kind of record: a field's names in the contract, then its other names. Case, width, spaces,
punctuation and a unit in brackets do not matter. Adding a name is adding a word; adding a kind, a table.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crmcli.errors import BadValue, Listed, Unusable
from crmcli.rules.consent import COLUMNS as CONSENT

# field: (names fixed in the contract, other names), each separated by "|".
_Table = Mapping[str, tuple[str, str]]

_CUSTOMERS: _Table = {
    "external_id": (
        "external_id|编号",
        "客户编号|客户编码|客户代码|客户id|客户号|外部编号|id|external key|account id|account number|customer id"
        "|customer number|customer no|customer code|company id|record id|organization id|客户唯一标识|数据id|编码|往来单位编码",
    ),
    "name": (
        "name|客户名称|公司名称|企业名称",
        "客户|公司|企业|单位|单位名称|客户全称|公司全称|客户公司|客户单位|公司名|客户名|所属公司|所属客户|机构名称|组织"
        "|company|company name|account|account name|customer|customer name|client|client name|organization"
        "|organisation|organization name|organisation name|organization 1 name|business name|employer|firm"
        "|associated company|customer company|company account|person organization|名称|客户企业|full name|fullname|姓名|客户姓名|display name|file as",
    ),
    "short_name": (
        "short_name",
        "简称|客户简称|公司简称|企业简称|short name|abbreviation|nickname|customer short name",
    ),
    "kind": ("kind", "客户性质|企业/个人|个人/企业|customer kind"),
    "stage": (
        "stage|客户状态",
        "状态|客户阶段|阶段|当前状态|成交状态|线索状态|客户成交状态|customer stage|customer status|lifecycle stage",
    ),
    "tier": (
        "tier|客户等级|级别",
        "等级|客户级别|客户分级|客户分类等级|重要程度|customer tier|account tier|customer level|level|customer grade"
        "|客户层级",
    ),
    "industry": (
        "industry|行业",
        "所属行业|行业类别|客户行业|行业分类|一级行业|行业名称|国标行业门类|国标行业大类|sector|industry type|branch",
    ),
    "size": (
        "size",
        "规模|公司规模|企业规模|客户规模|人员规模|总人数|员工数|员工人数|员工规模|人数|company size|employees"
        "|number of employees|no of employees|employee count|headcount",
    ),
    "province": (
        "province",
        "省|省份|所在省|所在省份|所属省份|所属省|省市|地区|所在地区|所属地区|区域|所在区域|所属区域|商务地址 省/市/自治区|state|state province|state region|billing state|billing state province"
        "|business state|mailing state|address 1 region|region state|county",
    ),
    "city": (
        "city|城市",
        "市|所在城市|所属城市|所属市|所在地|客户城市|商务地址 市/县|城市名称|town|billing city|business city|mailing city|shipping city"
        "|address 1 city|home city|location",
    ),
    "address": (
        "address",
        "地址|详细地址|公司地址|客户地址|联系地址|办公地址|通讯地址|单位地址|企业地址|注册地址|通信地址|最新年报地址|商务地址|商务地址 街道|organization address|street|street address|billing street"
        "|billing address|business street|business address|mailing street|mailing address|address line 1"
        "|address 1 formatted|address 1 street|company address",
    ),
    "uscc": (
        "uscc|统一社会信用代码",
        "社会信用代码|信用代码|统一信用代码|统一社会信用码|税号|纳税人识别号|纳税识别号|企业税号|营业执照号|纳税人识别码|税务登记号|纳税登记号"
        "|unified social credit code|social credit code|credit code|unified social credit identifier",
    ),
    "phone": (
        "phone|电话",
        "电话号码|联系电话|公司电话|客户电话|座机|固话|固定电话|办公电话|单位电话|总机|联系方式|更多电话|其他电话|其它电话|有效手机号|更多手机号|商务电话|住宅电话|主要电话|单位主要电话|phones|phone number"
        "|telephone|telephone number|tel|tel no|business phone|work phone|office phone|company phone|main phone"
        "|company main phone|primary phone|home phone|other phone|phone 1 value|account phone|phone work|organization phone",
    ),
    "email": (
        "email|邮箱",
        "电子邮箱|电子邮件|电子邮件地址|邮件|邮箱地址|邮件地址|email地址|更多邮箱|其他邮箱|其它邮箱|邮件邮箱|公司邮箱|emails|e-mail|e-mail address|email address|mail"
        "|work email|business email|company email|primary email|e-mail 1 value|e-mail 1 address|email 1",
    ),
    "wechat": (
        "wechat",
        "微信|微信号|微信id|微信账号|客户微信|联系人微信|weixin|wechat id|wechat number|wechat account|wx",
    ),
    "person": (
        "person|联系人",
        "联系人姓名|联系人名称|客户昵称|主要联系人|首要联系人|主联系人|第一联系人|对接人|客户联系人|contact|contact name"
        "|contact person|contact full name|primary contact|main contact|person name|lead name|attn|key contact",
    ),
    "given_name": (
        "given_name",
        "first name|firstname|given name|forename|contact first name|名字|名",
    ),
    "middle_name": ("middle_name", "middle name|additional name|中间名"),
    "family_name": (
        "family_name",
        "last name|lastname|surname|family name|contact last name|姓|姓氏",
    ),
    "title": (
        "title|职务",
        "职位|岗位|头衔|职称|联系人职务|联系人职位|job title|position|contact title|organization title"
        "|organization 1 title|person title",
    ),
    "person_role": ("person_role", ""),
    "person_phone": (
        "person_phone|手机",
        "手机号|手机号码|移动电话|联系人手机|联系人手机号|联系人电话|联系人固话|联系人座机|联系手机|手机电话|mobile|mobile phone"
        "|mobile number|mobile no|cell|cell phone|cellphone|contact phone|contact mobile|person mobile|phone mobile|mobile phone number|person phone|person phone work"
        "|person phone mobile|person phone home|person phone other",
    ),
    "person_email": (
        "person_email",
        "联系人邮箱|联系人邮件|联系人email|个人邮箱|contact email|contact e-mail|person e-mail|personal email"
        "|person email work|person email home|person email other",
    ),
    "source": (
        "source|来源",
        "客户来源|线索来源|来源渠道|获客渠道|渠道来源|客户渠道|lead source|original source|account source"
        "|customer source|source channel|acquisition channel",
    ),
    "referred_by": (
        "referred_by",
        "推荐人|介绍人|转介绍人|转介绍|推荐客户|推荐来源|referrer|referred from|referral|referral name",
    ),
    "prefer": (
        "prefer",
        "首选联系方式|偏好渠道|偏好联系方式|首选渠道|首选沟通方式|沟通偏好|preferred channel"
        "|preferred contact method|preferred method of contact|preferred contact",
    ),
    "tags": (
        "tags|标签",
        "客户标签|企业标签|标签组|标记|类别|关键词|tag|labels|label|categories|group membership|keywords|account tags|customer tags",
    ),
    "since": (
        "since|成交日期",
        "成交时间|首次成交日期|首次成交时间|首单日期|合作日期|合作时间|合作开始日期|合作开始时间|签约日期|签约时间"
        "|customer since|client since|became a customer date|start date|member since",
    ),
    "note": (
        "note|备注",
        "备注信息|客户备注|说明|描述|客户描述|客户简介|附注|其他|notes|description|comments|comment|remark|remarks|memo",
    ),
    "last_contact": (
        "last_contact|最近跟进时间",
        "最后跟进时间|最近跟进日期|最后跟进日期|最近跟进|上次跟进时间|上次跟进日期|最近联系时间|最后联系时间|上次联系时间"
        "|上次联系|最后联系|最近联系|上次联系日期|最后联系日期|上次跟进|最后跟进"
        "|最近联系日期|最新跟进时间|最近回访时间|最后回访时间|最近活动时间|最新活动时间|最近活动记录时间|最新活动记录时间|最近拜访时间|last contact at"
        "|last contacted|last contact date|last contacted date|last activity|last activity date|last touch"
        "|last follow-up|last follow-up date",
    ),
    "next_touch": (
        "next_touch|下次跟进时间",
        "下次跟进日期|下次跟进|下次联系时间|下次联系日期|下次回访时间|下次回访日期|计划跟进时间|下次拜访时间|next touch on|promised on"
        "|next contact|next contact date|next follow-up|next follow-up date|next activity date|follow-up date",
    ),
    "do_not_contact": (
        "do_not_contact",
        "免打扰|请勿打扰|勿扰|请勿联系|禁止联系|拒绝联系|不再联系|do not call|do not disturb|no contact|dnc",
    ),
    "consent": (
        "consent",
        "同意|是否同意|授权|是否授权|授权状态|同意状态|营销授权|是否同意接收|是否同意营销|隐私授权|个人信息授权|consented|consent status|consent given"
        "|opt in|opted in|gdpr consent|marketing consent|email opt in|subscribed",
    ),
    "consent_on": (
        "consent_on",
        "授权日期|授权时间|同意日期|同意时间|签署授权日期|consent date|consented on|consented at|opt in date|opt in time",
    ),
    "consent_source": (
        "consent_source",
        "授权来源|同意来源|授权方式|同意方式|授权渠道|consent source|consent method|opt in source",
    ),
    "consent_scope": (
        "consent_scope",
        "授权范围|同意范围|授权用途|用途|使用目的|处理目的|consent scope|consent purpose|purpose|purpose of use",
    ),
    "person_consent": ("person_consent", "联系人同意|联系人授权|联系人是否同意|contact consent"),
    "person_consent_on": ("person_consent_on", "联系人授权日期|联系人同意日期"),
    "person_consent_source": ("person_consent_source", "联系人授权来源"),
    "person_consent_scope": ("person_consent_scope", "联系人授权范围|联系人授权用途"),
    "cadence": (
        "cadence",
        "回访周期|跟进周期|联系周期|跟进频率|follow-up interval|contact frequency|follow-up cycle",
    ),
}

_CUSTOMER = (
    "customer|客户名称",
    "客户|公司|公司名称|企业名称|单位|单位名称|所属客户|所属公司|客户公司|company|company name|account|account name"
    "|customer name|client|organization|organisation|organization name|organization 1 name|related to|associated company",
)
_EXTERNAL_ID = ("external_id|编号", "外部编号|id|record id|external key|唯一标识|数据id")


def _of_customer(own_id: str, fields: _Table) -> _Table:
    """A table of a kind whose rows belong to a customer; `own_id` are further names of its external id."""
    external_id = (_EXTERNAL_ID[0], f"{_EXTERNAL_ID[1]}|{own_id}")
    return {"external_id": external_id, "customer": _CUSTOMER, **fields}


_OF_NEED = (
    "need_external_id",
    "工单编号|工单号|需求编号|ticket id|ticket number|case number",
)
_OF_DEAL = (
    "deal_external_id",
    "商机编号|所属商机编号|关联商机编号|deal id|deal number|opportunity id|opportunity number",
)
_OWNER = "跟进人|处理人|责任人|执行人|assigned to|assignee|responsible"

TABLES: Mapping[str, _Table] = {
    "customers": _CUSTOMERS,
    "people": _of_customer(
        "联系人编号|contact id|person id",
        {
            "name": (
                "name|姓名",
                "联系人|联系人姓名|人员姓名|person|contact|contact name|contact person|full name|fullname"
                "|display name|person name",
            ),
            "given_name": _CUSTOMERS["given_name"],
            "middle_name": _CUSTOMERS["middle_name"],
            "family_name": _CUSTOMERS["family_name"],
            "title": ("title|职务|职位", _CUSTOMERS["title"][1]),
            "phone": (
                "phone|手机|电话",
                f"{_CUSTOMERS['phone'][1]}|{_CUSTOMERS['person_phone'][1]}",
            ),
            "email": (
                "email|邮箱",
                f"{_CUSTOMERS['email'][1]}|{_CUSTOMERS['person_email'][1]}|person email",
            ),
            "wechat": ("wechat|微信", _CUSTOMERS["wechat"][1]),
            "role": ("role|角色", "决策角色|联系人角色|决策链角色|roles|buying role|contact role"),
            "birthday": (
                "birthday|生日",
                "出生日期|生日日期|birth date|birthdate|date of birth|dob",
            ),
            "key_person": (
                "key_person",
                "关键人|是否关键人|关键联系人|是否关键联系人|is key person",
            ),
            "concern": ("concern", "关注点|关心的问题|concerns|interests"),
            "preferences": ("preferences", "偏好|喜好|个人喜好|爱好|preference|likes|hobbies"),
            **{name: _CUSTOMERS[name] for name in CONSENT},
            "left_on": ("left_on", "离职日期|离职时间|left|left at|date left"),
            "note": ("note|备注", _CUSTOMERS["note"][1]),
        },
    ),
    "interactions": _of_customer(
        "跟进编号|activity id",
        {
            "at": (
                "at|跟进时间",
                "跟进日期|联系时间|联系日期|拜访时间|拜访日期|回访时间|时间|日期|date|time|date time|activity date"
                "|contact date|start|start date|created date|when",
            ),
            "channel": (
                "channel|跟进方式",
                "联系方式|沟通方式|跟进类型|拜访方式|方式|渠道|type|activity type|method|contact method",
            ),
            "direction": ("direction|方向", "呼叫方向|call direction|inbound outbound"),
            "summary": (
                "summary|跟进内容",
                "内容|跟进记录|沟通内容|跟进情况|拜访内容|记录内容|备注|subject|description|content|text|note|notes"
                "|comments|body",
            ),
            "with": (
                "with|联系人",
                "客户联系人|对方联系人|参与人|参与人员|客户参与人|person|people|contact|contact name|attendees|participants",
            ),
            "ours": ("ours", "我方人员|我方参与人|跟进人|our people"),
            "minutes": ("minutes", "时长|通话时长|分钟|时长分钟|duration|duration minutes|length"),
            "feedback": ("feedback", "客户反馈|反馈|反馈内容|their feedback"),
            "agreed": ("agreed", "达成共识|共识|agreement|outcome"),
            "intent": ("intent|意向度", "意向|意向程度|意向等级|客户意向|intention|interest level"),
            "next": (
                "next|下一步",
                "下一步计划|下步计划|下一步行动|后续计划|待办|next step|next steps|next action|follow up",
            ),
            "next_on": (
                "next_on|下次跟进时间",
                "下次跟进日期|下次联系时间|下次联系日期|下一步时间|下一步日期|next date|next step date|next action date"
                "|next follow-up date|follow-up date",
            ),
            "promised_on": ("promised_on", "约定日期|约定回访日期|promised date"),
            "no_answer": ("no_answer", "未接通|未接|未回复|unanswered|missed"),
            "care": ("care", "关怀|是否关怀|customer care"),
            "cost": ("cost", "费用|花费|支出|expense|expenses"),
            "signed": ("signed", "已签字|是否签字|签字确认"),
            "excerpt": ("excerpt", "聊天记录|原文|摘录|transcript|chat"),
            "need_external_id": _OF_NEED,
            "promise_external_id": ("promise_external_id", "承诺编号|promise id"),
            "deal_external_id": _OF_DEAL,
        },
    ),
    "orders": _of_customer(
        "订单编号|订单号|单号|order id|order number|order no|invoice number",
        {
            "ordered_on": (
                "ordered_on|下单日期",
                "下单时间|订单日期|订单时间|成交日期|签单日期|order date|ordered at|date|日期|purchase date",
            ),
            "amount": (
                "amount|金额",
                "订单金额|成交金额|总金额|实付金额|价税合计|合计|total|order amount|order total|total amount|value|revenue",
            ),
            "currency": ("currency|币种", "货币|币别|currency code|currency iso code"),
            "pay_by": (
                "pay_by|应收日期",
                "应付日期|付款期限|付款截止日期|应收款日期|账期日期|到期日|到期日期|付款到期日|due date|payment due|payment due date|due",
            ),
            "paid_on": (
                "paid_on|回款日期",
                "付款日期|付款时间|收款日期|到账日期|回款时间|paid at|paid date|payment date|date paid",
            ),
            "note": (
                "note|备注",
                "说明|产品|商品名称|notes|description|remark|remarks|memo|item|product",
            ),
            "deal_external_id": _OF_DEAL,
            "contract_external_id": (
                "contract_external_id",
                "合同编号|合同号|所属合同编号|关联合同编号|contract id|contract number|contract no",
            ),
        },
    ),
    "deals": _of_customer(
        "商机编号|deal id|opportunity id",
        {
            "text": (
                "text|商机名称",
                "商机|商机内容|项目名称|销售机会|机会名称|deal|deal name|opportunity|opportunity name|name",
            ),
            "amount": (
                "amount|金额",
                "商机金额|预计金额|预计成交金额|预计销售金额|deal amount|value|expected revenue",
            ),
            "currency": ("currency|币种", "货币|币别|currency code|currency iso code"),
            "probability": (
                "probability",
                "赢率|成交概率|概率|可能性|赢单率|deal probability|win probability",
            ),
            "stage": (
                "stage",
                "商机阶段|阶段|销售阶段|商机状态|状态|deal stage|sales stage|status",
            ),
            "quoted_on": ("quoted_on", "报价日期|报价时间|quote date|quoted at"),
            "valid_until": (
                "valid_until",
                "报价有效期|有效期至|有效期|报价截止日期|valid to|expires|quote expires",
            ),
            "close_on": (
                "close_on",
                "预计成交日期|预计成交时间|预计签单日期|预计结单日期|预计签约日期|close date|expected close date|expected close",
            ),
            "loss_reason": (
                "loss_reason",
                "丢单原因|输单原因|流失原因|lost reason|closed lost reason|reason lost",
            ),
            "closed_on": (
                "closed_on",
                "实际成交日期|实际成交时间|结单日期|结单时间|赢单日期|赢单时间|actual close date|closed date|date closed|won on|won time|lost time",
            ),
            "owner": ("owner|负责人", f"{_OWNER}|商机负责人|deal owner|opportunity owner"),
            "priority": ("priority", "重点|是否重点"),
            "note": ("note|备注", _CUSTOMERS["note"][1]),
        },
    ),
    "needs": _of_customer(
        "工单编号|工单号|需求编号|ticket id|ticket number|case number|case id|issue key|issue id|key",
        {
            "text": (
                "text|需求内容|问题描述",
                "需求|需求描述|需求名称|问题|问题内容|工单内容|工单标题|工单主题|标题|主题|描述|subject|title|summary|description"
                "|ticket|ticket name|ticket subject|ticket description|case subject|issue|issue summary|need|request",
            ),
            "kind": (
                "kind|类型",
                "需求类型|问题类型|工单类型|type|need type|ticket type|case type|issue type|category type",
            ),
            "urgency": (
                "urgency|紧急程度",
                "紧急度|优先级|工单优先级|紧急级别|priority|severity|ticket priority|case priority",
            ),
            "strength": ("strength", "强烈程度|需求强度"),
            "status": (
                "status|状态",
                "需求状态|工单状态|处理状态|ticket status|case status|issue status|state",
            ),
            "received_at": (
                "received_at|提出时间",
                "提出日期|创建时间|创建日期|受理时间|提交时间|反馈时间|报修时间|received|created|created at|created time"
                "|create date|created date|date created|opened|opened at|opened date|date opened|date time opened|reported at"
                "|requested|requested at|ticket created timestamp",
            ),
            "resolved_at": (
                "resolved_at|解决时间",
                "解决日期|完成时间|完成日期|完结时间|关闭时间|关闭日期|结束时间|resolved|resolved time|resolved date"
                "|closed|closed at|closed time|close date|closed date|date closed|date time closed|solved at"
                "|ticket solved timestamp",
            ),
            "solution": (
                "solution|解决方案",
                "处理结果|处理方案|解决办法|解决方法|处理说明|resolution|answer|fix",
            ),
            "owner": (
                "owner|负责人",
                f"{_OWNER}|受理人|受理客服|处理客服|客服|ticket owner|case owner|agent",
            ),
            "category": (
                "category",
                "分类|需求分类|问题分类|工单分类|产品模块|模块|component|components|ticket category",
            ),
            "wish": ("wish", "期望方案|期望解决方案|客户期望|wished solution|expected result"),
            "needed_by": (
                "needed_by",
                "期望日期|期望完成日期|期望完成时间|期望解决时间|要求完成时间|截止日期|截止时间|due date|due|deadline",
            ),
            "budget": ("budget", "预算|客户预算"),
            "value": ("value", "客户价值|价值评分"),
            "fit": ("fit", "匹配度|契合度"),
            "cost": ("cost", "实现成本|成本评分"),
            "tech_owner": ("tech_owner", "技术负责人|技术支持|technical owner"),
            "workaround": ("workaround", "临时措施|临时方案|临时解决方案"),
            "criterion": ("criterion", "验收标准|acceptance criterion|acceptance criteria"),
            "result": ("result", "客户反馈|客户确认意见|确认意见|customer feedback"),
            "decline_reason": (
                "decline_reason",
                "不采纳原因|拒绝原因|驳回原因|rejection reason|reason declined",
            ),
        },
    ),
    "tasks": _of_customer(
        "任务编号|task id",
        {
            "text": (
                "text|任务内容",
                "任务|任务名称|任务标题|待办|待办事项|内容|标题|task|task name|subject|title|description|summary|to do",
            ),
            "due": (
                "due|截止日期",
                "截止时间|到期日期|到期时间|计划完成日期|计划完成时间|期限|due date|deadline|due on|end date|by",
            ),
            "owner": ("owner|负责人", f"{_OWNER}|task owner"),
            "done_on": (
                "done_on|完成日期",
                "完成时间|实际完成日期|实际完成时间|done|completed|completed on|completed at|completed date|done at|date completed",
            ),
            "result": ("result|结果", "完成结果|完成情况|执行结果|outcome"),
        },
    ),
    "promises": _of_customer(
        "承诺编号|promise id",
        {
            "text": ("text|承诺内容", "承诺|承诺事项|内容|promise|commitment|description|subject"),
            "due": (
                "due|承诺日期",
                "承诺时间|承诺完成日期|兑现期限|截止日期|due date|deadline|promised for|due on",
            ),
            "level": ("level|级别", "承诺级别|承诺等级|等级|promise level"),
            "by": ("by|承诺方", "谁承诺|承诺方向|promising side"),
            "kept_on": (
                "kept_on|兑现日期",
                "兑现时间|实际兑现日期|履约日期|kept|kept at|fulfilled on|date kept",
            ),
            "broken_on": (
                "broken_on|未兑现日期",
                "违约日期|未兑现时间|broken|broken at|missed on|date broken",
            ),
            "owner": ("owner|负责人", f"{_OWNER}|承诺人|promised by|made by"),
            "result": ("result", "结果|兑现情况|兑现结果|完成情况|outcome"),
            "break_reason": (
                "break_reason",
                "未兑现原因|违约原因|原因|reason|broken reason|reason broken",
            ),
            "amends": ("amends", "补偿措施|补偿|compensation"),
            "need_external_id": _OF_NEED,
        },
    ),
    "surveys": _of_customer(
        "回访编号|问卷编号|survey id|response id",
        {
            "need": (
                "need|工单编号",
                "工单号|需求编号|工单|需求|ticket|ticket id|ticket number|case number",
            ),
            "kind": ("kind|类型", "回访类型|调查类型|问卷类型|type|survey type"),
            "at": (
                "at|回访日期",
                "回访时间|调查日期|调查时间|填写时间|提交时间|日期|date|answered at|response date|submitted at|survey date",
            ),
            "overall": (
                "overall|总体",
                "总体满意度|整体满意度|满意度|综合评分|总体评分|csat|overall satisfaction|satisfaction|rating|score",
            ),
            "solved": (
                "solved|解决",
                "问题解决|解决满意度|解决程度|problem solved|resolution satisfaction",
            ),
            "speed": ("speed|速度", "响应速度|处理速度|速度满意度|response speed|timeliness"),
            "attitude": ("attitude|态度", "服务态度|态度满意度|service attitude|courtesy"),
            "product": ("product", "产品|产品满意度|产品质量|product satisfaction"),
            "response": ("response", "响应|响应满意度|响应及时性|responsiveness"),
            "support": ("support", "支持|技术支持|支持满意度|support satisfaction"),
            "nps": (
                "nps|推荐分",
                "推荐意愿|推荐值|净推荐值|推荐度|nps score|likelihood to recommend|recommend",
            ),
            "good": ("good", "满意之处|优点|做得好的|what went well"),
            "bad": ("bad", "不满之处|不足|待改进|what went wrong"),
            "comment": (
                "comment|意见",
                "意见建议|建议|意见与建议|评价|评语|备注|comments|remarks|feedback|verbatim",
            ),
            "by": (
                "by",
                "填写人|受访人|被访人|评价人|反馈人|联系人|客户联系人|respondent|answered by|contact|contact name",
            ),
            "pain": ("pain", "痛点|困扰|面临的问题|pain points"),
            "future": ("future", "未来需求|后续需求|潜在需求|future needs"),
            "status": ("status", "状态|回访状态|问卷状态|survey status|response status"),
            "sent_at": ("sent_at", "发送时间|发送日期|发放时间|sent|sent on|date sent"),
        },
    ),
}

# Several columns may hold one of these: a card has three numbers, a sheet 电话1 and 电话2.
MANY = frozenset({"phone", "email", "person_phone", "person_email", "tags", "with", "ours"})
# In a file that names the company in another column, these name the person (Google Contacts, 名片).
_PERSON_BESIDE_COMPANY = frozenset(
    {"name", "fullname", "姓名", "客户姓名", "displayname", "fileas"}
)
_NAME_PARTS = frozenset({"given_name", "family_name"})
_PLAIN_NUMBERS = frozenset({"id", "recordid"})
# Written by an earlier import beside each rejected row, and by exports as references, which hold in their own file only.
_IGNORED = frozenset({"crmline", "crmreason", "ref", "customerref", "referredbyref"})


MOST_COLUMNS = 16_384
"""As many as a spreadsheet has; more are no list."""
_LONGEST_HEADER = 200


@dataclass(frozen=True)
class Columns:
    """What each column of a file is: `fields` by place (None: not used), `named` by header, the `unknown` headers.

    `spares`: by the place of a column, those that stand in for it where it is empty.
    """

    fields: list[str | None]
    named: dict[str, str]
    unknown: list[str]
    spares: dict[int, list[int]] = field(default_factory=dict)

    def places(self, field: str) -> list[int]:
        """The places of the columns that hold `field`, the first one first."""
        return [place for place, each in enumerate(self.fields) if each == field]


def recognise(
    kind: str,
    headers: Sequence[str],
    mapping: Mapping[str, str] | None = None,
    own: Mapping[str, str] | None = None,
) -> Columns:
    """The columns of a file of `kind` with these headers; `mapping` (`--map header=field`) wins.

    `own` is what a tool's headers, in normal form, mean there: a field, the best of several first, or `-` for none.
    A field takes one column, the contract's name before another and the first before the next, but for
    phones, e-mails and tags, which take them all; what is left over is unknown, but for a header that stands there
    twice and for others of `own`: they are spares. A header mapped to `-` is not used. BadValue for a kind, a header
    or a field that does not exist, naming those that do, and for more columns than MOST_COLUMNS.
    """
    if len(headers) > MOST_COLUMNS:
        raise Unusable(
            "the file has {n} columns, more than the {most} that can be read; leave out those that say nothing of customers",
            n=len(headers),
            most=MOST_COLUMNS,
        )
    names = _names(kind)
    known = [_as_known(names, header) for header in headers]
    keys = [normal(header) for header in known]
    fields: list[str | None] = [None] * len(headers)
    told = _apply_mapping(kind, headers, mapping or {}, fields)
    if "promisedon" in keys:  # this program's own list: beside it stands a date that was computed
        told.update(
            place for place, key in enumerate(keys) if key == "nexttouchon" and not fields[place]
        )
    taken = {name for name in fields if name}
    decided = told | _apply_own(known, keys, own or {}, fields, told, taken)
    for contract_first in (True, False):
        for place, key in enumerate(keys):
            if fields[place] is None and place not in decided:
                found = _find(names, known[place], key)
                if found and found[1] >= contract_first:
                    _claim(fields, taken, place, found[0])
    if kind == "customers":
        _tell_person_from_company(keys, fields, decided, names)
        _leave_out_numbers_of_people(keys, fields, decided)
    spares = _spares(keys, fields, told, own or {})
    named: dict[str, str] = {}
    used: set[int] = set()
    for place, name in enumerate(fields):
        if name:
            for each in (place, *spares.get(place, ())):
                named.setdefault(headers[each], name)
                used.add(each)
    unknown = [
        header
        for place, header in enumerate(headers)
        if place not in used and place not in told and keys[place] and keys[place] not in _IGNORED
    ]
    return Columns(fields, named, unknown, spares)


def is_known(kind: str, header: str) -> bool:
    """True when `header` names a field of `kind`; BadValue for a kind that does not exist."""
    names = _names(kind)
    known = _as_known(names, header)
    key = normal(known)
    return bool(key) and _find(names, known, key) is not None


def _as_known(names: Mapping[str, tuple[str, bool]], header: str) -> str:
    """The header as one of the names is written: in other characters or words of Chinese, where it is none as it stands."""
    if header.isascii() or _find(names, header, normal(header)):
        return header
    # Its table of characters is large, and most lists do without.
    from crmcli.exchange.header_writings import other_writings

    return next((one for one in other_writings(header) if _find(names, one, normal(one))), header)


def _claim(fields: list[str | None], taken: set[str], place: int, field: str) -> None:
    if field in MANY or field not in taken:
        fields[place] = field
        taken.add(field)


def _apply_own(
    headers: Sequence[str],
    keys: Sequence[str],
    own: Mapping[str, str],
    fields: list[str | None],
    told: set[int],
    taken: set[str],
) -> set[int]:
    """Write what the tool's own headers mean into `fields`, in the order of `own`; the places they speak of."""
    ranks = {key: rank for rank, key in enumerate(own)}
    decided: dict[int, str] = {}
    for place, key in enumerate(keys):
        if place not in told and own and (found := _own_key(own, key, headers[place])):
            decided[place] = found
    for place in sorted(decided, key=lambda place: ranks[decided[place]]):
        if own[decided[place]] != "-":
            _claim(fields, taken, place, own[decided[place]])
    return set(decided)


def _own_key(own: Mapping[str, str], key: str, header: str) -> str:
    """The key of `own` that a header stands for, a number in it left out where the field takes several columns; or ''."""
    if key in own:
        return key
    if (bare := bare_key(header)) in own:
        return bare
    numberless = _DIGITS.sub("", key)
    return numberless if own.get(numberless) in MANY else ""


def _spares(
    keys: Sequence[str], fields: Sequence[str | None], told: set[int], own: Mapping[str, str]
) -> dict[int, list[int]]:
    """By the place of a column that holds a field, the unused ones of the same header or the same field of `own`."""
    first: dict[str, int] = {}
    for place, name in enumerate(fields):
        if name and name not in MANY and place not in told:
            first[name] = place
            first.setdefault(f"={keys[place]}", place)
    ranks = {key: rank for rank, key in enumerate(own)}
    unused = [place for place, name in enumerate(fields) if name is None and place not in told]
    spares: dict[int, list[int]] = {}
    for place in sorted(unused, key=lambda place: ranks.get(keys[place], -1)):
        main = first.get(own.get(keys[place], f"={keys[place]}")) if keys[place] else None
        if main is not None:
            spares.setdefault(main, []).append(place)
    return spares


def _apply_mapping(
    kind: str, headers: Sequence[str], mapping: Mapping[str, str], fields: list[str | None]
) -> set[int]:
    """Write the user's own choices into `fields`; the places they speak of."""
    told: set[int] = set()
    for header, wanted in mapping.items():
        places = _places_of(header, headers)
        field = None if wanted.strip() in ("", "-") else _field_named(kind, wanted)
        if field and field in fields and field not in MANY:
            raise BadValue(
                "two columns are mapped to {field}; it takes one, so map the other to - to leave it out",
                field=field,
            )
        for place in places[:1] if field and field not in MANY else places:
            fields[place] = field
        told.update(places)
    return told


def places_of(header: str, headers: Sequence[str]) -> list[int]:
    """Where the columns called `header` stand, to the letter if any is, else as headers are recognised; [] if nowhere."""
    written = " ".join(header.split())
    asked = normal(header)
    return (
        [place for place, each in enumerate(headers) if each == written]
        or [place for place, each in enumerate(headers) if asked and normal(each) == asked]
        or [place for place, each in enumerate(headers) if asked and bare_key(each) == asked]
    )


def listed(headers: Sequence[str]) -> Listed:
    """The headers of a file for a sentence: the first ones, when there are very many, each of bearable length."""
    named = [
        header if len(header) <= _LONG else header[: _LONG - 1] + "…"
        for header in headers[:_MANY]
        if header
    ]
    more = ["…"] if len(headers) > _MANY else []
    return Listed([*named, *more])


def _places_of(header: str, headers: Sequence[str]) -> list[int]:
    """The same; BadValue when there is none."""
    places = places_of(header, headers)
    if not places:
        raise BadValue(
            "the file has no column {header!r}; it has {headers}",
            [each for each in headers[:_MANY] if 0 < len(each) <= _LONG],
            header=header,
            headers=listed(headers),
        )
    return places


def _field_named(kind: str, name: str) -> str:
    """The field called `name`, by its own name or one of the contract's."""
    if name.strip() in TABLES[kind]:
        return name.strip()
    found = _names(kind).get(normal(name))
    if found is None or not found[1]:
        raise BadValue(
            "{name!r} is not a field of {kind}; they are {fields}",
            list(TABLES[kind]),
            name=name,
            kind=kind,
            fields=Listed(TABLES[kind]),
        )
    return found[0]


def _tell_person_from_company(
    keys: Sequence[str],
    fields: list[str | None],
    told: set[int],
    names: Mapping[str, tuple[str, bool]],
) -> None:
    """Where a column names the company, the plain `Name` beside it is the person."""
    plain = next((place for place, key in enumerate(keys) if key in _PERSON_BESIDE_COMPANY), None)
    if plain is None or plain in told:
        return
    company = [
        place
        for place, key in enumerate(keys)
        if place not in told
        and key not in _PERSON_BESIDE_COMPANY
        and names.get(key, ("", False))[0] == "name"
    ]
    mapped = any(fields[place] == "name" for place in told)
    if not company and not mapped:
        return
    fields[plain] = None if "person" in fields else "person"
    if not mapped:
        taken = next((place for place in company if fields[place] == "name"), company[0])
        fields[taken] = "name"


def _leave_out_numbers_of_people(
    keys: Sequence[str], fields: list[str | None], decided: set[int]
) -> None:
    """Where each row is a person and names the company, a plain `ID` is the person's: two of them are no two companies."""
    by_name = any(
        name == "person" and key in _PERSON_BESIDE_COMPANY
        for key, name in zip(keys, fields, strict=True)
    )
    if "name" in fields and (by_name or not _NAME_PARTS.isdisjoint(fields)):
        for place, key in enumerate(keys):
            if fields[place] == "external_id" and key in _PLAIN_NUMBERS and place not in decided:
                fields[place] = None


def _find(names: Mapping[str, tuple[str, bool]], header: str, key: str) -> tuple[str, bool] | None:
    """The field that `header` names and whether in the contract's words; a number or a unit beside it is allowed."""
    found = names.get(key)
    if found is None:
        without_unit = bare_key(header)
        found = names.get(without_unit) if without_unit != key else None
        if found is None:
            numbered = names.get(_DIGITS.sub("", key)) or names.get(_DIGITS.sub("", without_unit))
            found = (numbered[0], False) if numbered and numbered[0] in MANY else None
    return found


_MANY, _LONG = 50, 60
_BRACKETS = re.compile(r"[(（\[【{][^)）\]】}]*[)）\]】}]")
_DIGITS = re.compile(r"\d")


def chinese_name(kind: str, field: str) -> str:
    """The contract's Chinese name of a field; '' where it has none, and for a custom field."""
    names = TABLES[kind].get(field, ("", ""))[0].split("|")
    return next((name for name in names if not name.isascii()), "")


def bare_key(header: str) -> str:
    """The same without what stands in brackets: a unit, or that it must be filled in."""
    return normal(_BRACKETS.sub("", header[:_LONGEST_HEADER]))


def normal(header: str) -> str:
    """A header without case, width, spaces and punctuation; of a very long one, its beginning."""
    text = unicodedata.normalize("NFKC", header[:_LONGEST_HEADER]).casefold()
    return "".join(filter(str.isalnum, text))


_CACHE: dict[str, dict[str, tuple[str, bool]]] = {}


def _names(kind: str) -> Mapping[str, tuple[str, bool]]:
    """Every name of every field of `kind`, in normal form: the field, and whether the name is the contract's."""
    if kind not in TABLES:
        raise BadValue(
            "{kind!r} cannot be imported; these can: {kinds}",
            list(TABLES),
            kind=kind,
            kinds=Listed(TABLES),
        )
    if kind not in _CACHE:
        names: dict[str, tuple[str, bool]] = {}
        for contract in (True, False):
            for field, words in TABLES[kind].items():
                for key in _keys(words[0 if contract else 1].split("|")):
                    names.setdefault(key, (field, contract))
                    if field in MANY:  # "Phone 1 - Value" stands for "Phone 2 - Value" as well
                        names.setdefault(_DIGITS.sub("", key), (field, False))
        _CACHE[kind] = names
    return _CACHE[kind]


def _keys(words: Iterable[str]) -> Iterable[str]:
    return (key for key in map(normal, words) if key)
