"""What lists and cards call a customer's fields in Chinese, as a condition or an order may name them (CLI.md, filters)."""

import unicodedata

TITLES = {
    "ref": ("编号", "客户编号"), "name": ("名称", "客户名称", "客户"), "short_name": ("简称",), "kind": ("类型", "客户类型"),
    "stage": ("客户状态", "状态", "客户阶段", "阶段"), "tier": ("客户等级", "等级"), "industry": ("行业",), "size": ("规模",), "city": ("城市",),
    "address": ("地址",), "uscc": ("统一社会信用代码", "信用代码"), "source": ("来源渠道", "来源", "客户来源"), "since": ("成交日期",),
    "last_contact_on": ("最近跟进", "上次跟进", "最近联系", "上次联系"), "next_touch_on": ("下次回访", "下次跟进"), "lifecycle": ("生命周期",),
    "intent": ("意向度", "意向"), "prefer": ("首选联系方式", "偏好的沟通方式"), "loss_reason": ("流失原因",), "cadence": ("回访周期",),
    "visit_cadence": ("拜访周期",), "referred_by": ("介绍人",), "external_id": ("外部编号",), "retired_on": ("停止跟进日期",),
    "promised_on": ("约定日期",), "snoozed_until": ("推迟至",), "added_on": ("添加日期", "录入日期"), "do_not_contact": ("免打扰",),
    "priority": ("重点关注",), "note": ("备注",), "phones": ("电话",), "emails": ("邮箱", "邮件"), "wechat": ("微信",), "people": ("联系人",),
    "tags": ("标签",), "auto_tags": ("自动标签",), "open_needs": ("未结需求", "未关闭需求"), "consent": ("授权同意",),
    "consent_on": ("授权日期",), "consent_scope": ("授权范围",), "consent_source": ("授权来源",), "credit_grade": ("信用等级",),
    "credit_on": ("信用评级日期",), "blacklisted": ("黑名单",), "orders": ("订单", "订单数"), "last_order_on": ("最近下单", "上次下单"),
    "lifetime_value": ("累计成交额", "累计金额"), "yearly_spend": ("年消费额", "年消费"), "average_order": ("平均订单额", "客单价"),
    "reorder_on": ("预计复购", "复购日期"),
}  # fmt: skip
"""Each stands for one field alone."""

_FIELD = {title: field for field, titles in TITLES.items() for title in titles}


def field_called(title: str) -> str:
    """The field that a Chinese title stands for; what stands for none is given back."""
    return _FIELD.get(unicodedata.normalize("NFKC", title).strip(), title)
