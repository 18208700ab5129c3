"""What happened with the made-up customers of `crm demo` in the year before today: money, needs, answers, promises.

Days are days before today (those of promises and contracts may lie ahead, and are negative); money is in major units.
"""

from typing import NamedTuple


class Orders(NamedTuple):
    """Regular orders: the newest so many days ago, one every `gap` days, so many `times`, each by `growth` more than the one
    before, in percent; paid after 25 days, the newest `unpaid` of them not yet."""

    customer: str
    last: int
    gap: int
    times: int
    amount: int
    growth: int = 0
    currency: str = "CNY"
    unpaid: int = 0


class Offer(NamedTuple):
    """A deal; `closed` days ago it was won or lost, `close` is when it is expected."""

    customer: str
    text: str
    stage: str
    amount: int
    quoted: int | None = None
    closed: int | None = None
    close: int | None = None
    probability: int | None = None
    loss: str | None = None


class Help(NamedTuple):
    """A need received so many days ago at ten; answered and solved after so many hours, and what the survey then said:
    solved, speed, attitude, overall, nps, comment."""

    customer: str
    text: str
    kind: str
    urgency: str | None
    category: str | None
    received: int
    answered: int | None = None
    solved: int | None = None
    solution: str = ""
    scores: tuple[int, int, int, int, int] | None = None
    comment: str | None = None
    reopened: bool = False
    scheduled: int | None = None  # how many days from today it is planned for


class Opinion(NamedTuple):
    """An answer to a relationship survey: product, response, support, overall, nps."""

    customer: str
    days_ago: int
    scores: tuple[int, int, int, int, int]
    comment: str | None = None


class Talked(NamedTuple):
    """An in-depth talk: what troubles them, and what they will need."""

    customer: str
    days_ago: int
    pain: str
    future: str


class Word(NamedTuple):
    """A promise due so many days ago, and how many days ago it was kept or broken."""

    customer: str
    text: str
    due: int
    level: str = "basic"
    kept: int | None = None
    broken: int | None = None
    by: str = "we-owe"


class Agreement(NamedTuple):
    """A contract of a year that ended so many days ago; `renewed` by one that follows it."""

    customer: str
    text: str
    ended: int
    amount: int
    renewed: bool = False


ORDERS = (
    Orders("华东精工有限公司", 12, 30, 14, 38_000, 3, unpaid=1),
    Orders("上海云帆软件股份有限公司", 40, 91, 7, 86_000, 4),
    Orders("北京瑞康医疗器械有限公司", 25, 75, 4, 52_000),
    Orders("深圳启明电子有限公司", 10, 22, 2, 18_000, 20, unpaid=1),
    Orders("杭州绿洲食品有限公司", 78, 38, 9, 9_500, -4),
    Orders("成都天府物流有限公司", 20, 58, 5, 22_000, 40),
    Orders("武汉江城汽车零部件有限公司", 58, 45, 3, 15_000, unpaid=1),
    Orders("广州南粤包装有限公司", 66, 60, 6, 6_800),
    Orders("南京金陵仪器有限公司", 41, 122, 6, 12_000, 5),
    Orders("青岛海纳化工有限公司", 160, 55, 2, 19_500),
    Orders("天津北方重工有限公司", 28, 30, 1, 64_000, unpaid=1),
    Orders("西安唐都教育科技有限公司", 15, 88, 2, 26_000),
    Orders("Acme Instruments Ltd", 33, 61, 8, 4_200, 2, "GBP"),
    Orders("Nordwind GmbH", 26, 84, 3, 6_100, 0, "EUR"),
    Orders("Baltic Timber OÜ", 6, 34, 3, 3_100, 10, "EUR"),
    Orders("林小雨", 51, 62, 2, 1_280),
    Orders("佛山顺德家具厂", 71, 30, 1, 8_400),
    Orders("无锡太湖光伏有限公司", 62, 47, 6, 33_000, -6, unpaid=1),
    Orders("沈阳盛京机床有限公司", 17, 61, 12, 41_000, 2),
    Orders("石家庄燕赵制药有限公司", 29, 45, 9, 13_500),
    Orders("海口椰风饮料有限公司", 89, 30, 4, 7_200),
    Orders("哈尔滨冰城乳业有限公司", 35, 60, 5, 8_800),
    Orders("大连渤海船务有限公司", 171, 60, 8, 14_000, -5),
    Orders("昆明春城花卉有限公司", 260, 90, 3, 5_600),
    Orders("Rio Verde Ltda", 215, 70, 3, 2_400, 0, "USD"),
)

OFFERS = (
    Offer("合肥科大讯智有限公司", "MES 一期", "quoted", 180_000, quoted=4, close=-26, probability=60),
    Offer("重庆山城机电有限公司", "变频改造", "open", 65_000, close=-40, probability=30),
    Offer("贵阳黔灵大数据有限公司", "数据平台试点", "open", 120_000, close=-55, probability=40),
    Offer("沈阳盛京机床有限公司", "追加两台数控机床", "quoted", 240_000, quoted=2, close=-12, probability=80),
    Offer("上海云帆软件股份有限公司", "二期扩容", "quoted", 96_000, quoted=6, close=-5, probability=70),
    Offer("Sakura Trading 株式会社", "sample order", "open", 12_000, close=-30, probability=50),
    Offer("天津北方重工有限公司", "首套设备", "won", 64_000, quoted=47, closed=30),
    Offer("深圳启明电子有限公司", "首批试产", "won", 18_000, quoted=60, closed=45),
    Offer("成都天府物流有限公司", "年度框架", "won", 88_000, quoted=140, closed=118),
    Offer("西安唐都教育科技有限公司", "一年期服务", "won", 26_000, quoted=200, closed=181),
    Offer("青岛海纳化工有限公司", "反应釜备件", "lost", 32_000, quoted=150, closed=131, loss="price"),
    Offer("大连渤海船务有限公司", "续签三年", "lost", 160_000, quoted=170, closed=140, loss="competitor"),
    Offer("郑州中原面粉有限公司", "包装线", "lost", 45_000, quoted=70, closed=38, loss="no budget"),
    Offer("长沙湘江新材料有限公司", "小试", "lost", 9_000, quoted=95, closed=64, loss="price"),
)  # fmt: skip

NEEDS = (
    Help("华东精工有限公司", "主轴异响，产线停机", "problem", "urgent", "设备故障", 9, 1, 30, "更换轴承并远程复测", (5, 5, 5, 5, 10), "来得很快"),
    Help("上海云帆软件股份有限公司", "报表导出很慢", "problem", "important", "性能", 16, 2, 50, "加索引", (4, 4, 5, 4, 8)),
    Help("北京瑞康医疗器械有限公司", "要一份校准证书", "service", "routine", "资料", 20, 5, 24, "已邮寄", (5, 4, 5, 5, 9)),
    Help("杭州绿洲食品有限公司", "两次发错包装", "complaint", "important", "交付", 24, 3, 40, "补发并赔付运费", (3, 2, 4, 3, 5), "同样的错误不该有第二次"),
    Help("杭州绿洲食品有限公司", "标签印刷掉色", "complaint", "important", "质量", 51, 6, 60, "更换油墨供应商", (4, 3, 4, 3, 6), reopened=True),
    Help("无锡太湖光伏有限公司", "组件功率低于标称", "complaint", "urgent", "质量", 12, 1, 46, "现场复测并更换", (4, 4, 5, 4, 7)),
    Help("Acme Instruments Ltd", "customs papers are missing", "service", "important", "资料", 33, 7, 70, "sent again by courier", (4, 3, 5, 4, 8)),
    Help("成都天府物流有限公司", "希望接口支持批量下单", "feature", "routine", "接口", 28, 6, scheduled=21),
    Help("石家庄燕赵制药有限公司", "审计需要变更记录", "question", "routine", "资料", 40, 4, 30, "已提供", (5, 5, 5, 5, 10), "专业"),
    Help("武汉江城汽车零部件有限公司", "样件尺寸偏差", "problem", "important", "质量", 60, 5, 90, "修模", (4, 3, 4, 4, 7)),
    Help("沈阳盛京机床有限公司", "操作培训", "service", "routine", "培训", 66, 8, 96, "现场两天", (5, 4, 5, 5, 9), "讲得清楚"),
    Help("华东精工有限公司", "备件交期太长", "suggestion", "routine", "交付", 72, 9, 120, "建立安全库存", (4, 4, 5, 4, 9)),
    Help("广州南粤包装有限公司", "发票抬头有误", "service", "routine", "开票", 85, 20, 48, "重开", (4, 3, 4, 4, 7)),
    Help("上海云帆软件股份有限公司", "登录超时", "problem", "urgent", "性能", 99, 2, 20, "升级网关", (5, 5, 5, 5, 10)),
    Help("南京金陵仪器有限公司", "校准漂移", "problem", "important", "质量", 118, 3, 60, "更换传感器", (4, 4, 4, 4, 8), reopened=True),
    Help("大连渤海船务有限公司", "交货晚了十天", "complaint", "urgent", "交付", 165, 30, 90, "道歉并减免", (2, 1, 3, 2, 2), "没有人提前告诉我们"),
    Help("北京瑞康医疗器械有限公司", "夜班无人接听", "complaint", "important", "服务", 210, 12, 70, "加值班电话", (4, 3, 4, 4, 7)),
    Help("沈阳盛京机床有限公司", "刀库卡滞", "problem", "urgent", "设备故障", 250, 1, 26, "换爪", (5, 5, 5, 5, 10)),
    Help("石家庄燕赵制药有限公司", "验证文件模板", "question", "routine", "资料", 300, 6, 40, "已发", (5, 5, 5, 5, 9)),
    Help("天津北方重工有限公司", "地脚螺栓松动", "problem", "urgent", "设备故障", 0, 1),
    Help("西安唐都教育科技有限公司", "希望增加家长端", "feature", None, None, 1),
    Help("福州闽江茶业有限公司", "想了解起订量", "question", "routine", "报价", 1),
)  # fmt: skip

OPINIONS = (
    Opinion("华东精工有限公司", 32, (5, 5, 5, 5, 10), "愿意介绍给同行"),
    Opinion("上海云帆软件股份有限公司", 36, (4, 4, 4, 4, 8)),
    Opinion("沈阳盛京机床有限公司", 18, (5, 4, 5, 5, 9), "希望多派工程师来现场"),
    Opinion("北京瑞康医疗器械有限公司", 95, (4, 3, 4, 4, 7)),
    Opinion("Acme Instruments Ltd", 34, (4, 4, 5, 4, 9), "good people to work with"),
    Opinion("华东精工有限公司", 124, (4, 4, 5, 4, 8)),
    Opinion("上海云帆软件股份有限公司", 128, (4, 3, 4, 4, 6), "响应比去年慢"),
    Opinion("沈阳盛京机床有限公司", 110, (4, 4, 4, 4, 8)),
    Opinion("华东精工有限公司", 215, (4, 3, 4, 4, 7)),
    Opinion("大连渤海船务有限公司", 200, (3, 2, 3, 3, 4), "交期越来越不可靠"),
    Opinion("沈阳盛京机床有限公司", 205, (4, 4, 5, 5, 9)),
    Opinion("石家庄燕赵制药有限公司", 58, (5, 4, 5, 5, 9)),
    Opinion("无锡太湖光伏有限公司", 61, (3, 3, 4, 3, 6), "质量要稳"),
)

TALKS = (
    Talked("华东精工有限公司", 190, "停机一小时损失两万", "明年上第三条线"),
    Talked("上海云帆软件股份有限公司", 150, "报表靠人工拼", "想把售后也搬上来"),
    Talked("沈阳盛京机床有限公司", 230, "夜班无人会调机", "明年预算追加两台"),
    Talked("Acme Instruments Ltd", 170, "customs take a week", "a second warehouse in spring"),
    Talked("北京瑞康医疗器械有限公司", 120, "验收文件太多", "想要电子签收"),
)

WORDS = (
    Word("华东精工有限公司", "周五前给出根因报告", 5, kept=6),
    Word("华东精工有限公司", "免费复测一次", 20, "surprise", kept=20),
    Word("上海云帆软件股份有限公司", "发送二期方案", 11, kept=11),
    Word("上海云帆软件股份有限公司", "季度巡检", 45, "value-add", kept=43),
    Word("杭州绿洲食品有限公司", "补发包装到货", 21, broken=19),
    Word("杭州绿洲食品有限公司", "新油墨样张", 38, kept=36),
    Word("沈阳盛京机床有限公司", "培训资料寄到", 60, "value-add", kept=61),
    Word("沈阳盛京机床有限公司", "报价含备件清单", -2),
    Word("北京瑞康医疗器械有限公司", "证书寄到", 17, kept=17),
    Word("成都天府物流有限公司", "给出接口排期", -6),
    Word("无锡太湖光伏有限公司", "更换组件到现场", 10, kept=10),
    Word("无锡太湖光伏有限公司", "支付上月货款", 8, by="they-owe"),
    Word("Acme Instruments Ltd", "customs papers by courier", 30, kept=30),
    Word("Acme Instruments Ltd", "pay by the end of the month", 12, kept=12, by="they-owe"),
    Word("武汉江城汽车零部件有限公司", "修模后的样件", 55, kept=50),
    Word("大连渤海船务有限公司", "按期交货", 165, broken=165),
    Word("石家庄燕赵制药有限公司", "审计当天到场支持", 39, "value-add", kept=39),
    Word("北京瑞康医疗器械有限公司", "值班电话开通", 200, kept=198),
    Word("沈阳盛京机床有限公司", "备件 48 小时内到", 248, kept=248),
)

AGREEMENTS = (
    Agreement("华东精工有限公司", "年度维保", 40, 30_000, renewed=True),
    Agreement("上海云帆软件股份有限公司", "软件维护", 75, 42_000, renewed=True),
    Agreement("大连渤海船务有限公司", "年度框架", 138, 90_000),
    Agreement("沈阳盛京机床有限公司", "维保", -25, 36_000),
    Agreement("石家庄燕赵制药有限公司", "校准服务", -80, 18_000),
)

REFERRALS = {
    "深圳启明电子有限公司": "华东精工有限公司",
    "天津北方重工有限公司": "沈阳盛京机床有限公司",
    "合肥科大讯智有限公司": "上海云帆软件股份有限公司",
}
"""Who came by whom."""

SOURCES = ("展会", "网站", "老客户介绍", "电话拓展")
"""Where the others come from, in turn."""

COLLEAGUES = ("王敏", "李雷", "王敏")
"""Who of ours spoke with them, in turn."""

SIZES = ("20-99人", "100-499人", "500-999人", "1000人以上")
CHANNELS = ("call", "wechat", "visit", "email")
"""How large they are and what they like, in turn."""

ROUTINE = (
    ("call", "例行回访，无新问题"), ("wechat", "确认下月用量"), ("visit", "走访车间，看了使用情况"), ("call", "对账，约好付款日"),
    ("email", "索要新价目表"), ("call", "询问交期"),
)  # fmt: skip
"""What contacts of the year before were about, in turn."""
