"""The made-up customers of `crm demo`: every stage and tier, with contacts at fixed distances from today."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Talk:
    """A contact so many days ago."""

    days_ago: int
    summary: str
    channel: str = "call"
    direction: str = "both"
    no_answer: bool = False
    intent: str | None = None


@dataclass(frozen=True)
class Made:
    """A customer; `since` and `added` are days ago, `task` is (text, days from today)."""

    name: str
    stage: str
    tier: str | None
    industry: str
    city: str
    person: str
    title: str
    phone: str
    since: int | None = None
    added: int = 200
    talks: tuple[Talk, ...] = ()
    task: tuple[str, int] | None = None
    follow_up: tuple[str, int] | None = None
    promised: int | None = None
    tags: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


CUSTOMERS = (
    Made("华东精工有限公司", "customer", "core", "机械", "苏州", "张伟", "采购经理", "13800005678", 420, 430,
         (Talk(31, "上月发货已签收，对交期满意"), Talk(62, "季度复盘", "visit")), tags=("vip",)),
    Made("上海云帆软件股份有限公司", "customer", "core", "软件", "上海", "李娜", "IT总监", "13800005679", 610, 620,
         (Talk(35, "询问二期报价", "wechat", "in"),), follow_up=("发送二期报价单", -1), tags=("vip", "老客户")),
    Made("北京瑞康医疗器械有限公司", "customer", "core", "医疗", "北京", "王芳", "设备科主任", "13800005680", 300, 310,
         (Talk(12, "验收顺利", "visit"),)),
    Made("深圳启明电子有限公司", "customer", "core", "电子", "深圳", "陈杰", "总经理", "13800005681", 45, 60,
         (Talk(9, "首批试产，希望每周沟通一次"),), tags=("新签",)),
    Made("杭州绿洲食品有限公司", "customer", "potential", "食品", "杭州", "刘洋", "采购主管", "13800005682", 380, 400,
         (Talk(64, "包装改版，暂缓下单"),)),
    Made("成都天府物流有限公司", "customer", "potential", "物流", "成都", "赵敏", "运营经理", "13800005683", 260, 280,
         (Talk(20, "讨论年度框架", "meeting"),)),
    Made("武汉江城汽车零部件有限公司", "customer", "potential", "汽车", "武汉", "孙磊", "质量经理", "13800005684", 150, 170,
         (Talk(3, "电话未接", "call", "out", True), Talk(58, "样件合格"))),
    Made("广州南粤包装有限公司", "customer", "ordinary", "包装", "广州", "周婷", "总经理助理", "13800005685", 500, 520,
         (Talk(96, "老板出国，月底再谈"),)),
    Made("南京金陵仪器有限公司", "customer", "ordinary", "仪器", "南京", "吴强", "工程师", "13800005686", 700, 720,
         (Talk(40, "校准服务到期提醒"),)),
    Made("青岛海纳化工有限公司", "customer", "ordinary", "化工", "青岛", "郑爽", "采购员", "13800005687", 220, 240,
         (Talk(130, "价格偏高，观望"),)),
    Made("天津北方重工有限公司", "customer", "ordinary", "机械", "天津", "冯刚", "设备部长", "13800005688", 30, 45,
         (Talk(7, "安装调试完成", "visit"),)),
    Made("西安唐都教育科技有限公司", "customer", None, "教育", "西安", "蒋欣", "校长", "13800005689", 180, 190,
         (Talk(15, "续费意向明确", "wechat", "in", intent="high"),)),
    Made("厦门鹭岛旅行社有限公司", "prospect", "potential", "旅游", "厦门", "许诺", "店长", "13800005690", None, 20,
         (Talk(8, "展会上聊过，比较两家", "event", intent="medium"),)),
    Made("宁波甬江纺织有限公司", "prospect", "ordinary", "纺织", "宁波", "韩雪", "厂长", "13800005691", None, 2),
    Made("合肥科大讯智有限公司", "interested", "core", "软件", "合肥", "曹阳", "项目经理", "13800005692", None, 40,
         (Talk(4, "演示反馈很好，等预算批复", "video", intent="high"),)),
    Made("重庆山城机电有限公司", "interested", "potential", "机电", "重庆", "袁泉", "总工", "13800005693", None, 55,
         (Talk(1, "发了技术方案", "email", "out"), Talk(10, "要一份技术方案", intent="medium"))),
    Made("长沙湘江新材料有限公司", "interested", "ordinary", "材料", "长沙", "邓超", "研发主管", "13800005694", None, 70,
         (Talk(33, "暂时没有需求", intent="low"),)),
    Made("郑州中原面粉有限公司", "interested", "ordinary", "食品", "郑州", "田甜", "财务", "13800005695", None, 25,
         (Talk(6, "约好下周再谈"),), promised=2),
    Made("大连渤海船务有限公司", "lost", "potential", "航运", "大连", "宋佳", "船务经理", "13800005696", 800, 820,
         (Talk(140, "改用竞品"),), more={"loss_reason": "competitor"}),
    Made("昆明春城花卉有限公司", "lost", "ordinary", "农业", "昆明", "杨柳", "老板", "13800005697", 600, 610,
         (Talk(210, "预算取消"),), more={"loss_reason": "no budget"}),
    Made("Acme Instruments Ltd", "customer", "core", "instruments", "London", "Jane Roe", "Head of Purchasing",
         "+44 20 7946 0001", 540, 560, (Talk(33, "happy with the spring delivery", "video"),), tags=("export",)),
    Made("Nordwind GmbH", "customer", "potential", "energy", "Hamburg", "Jonas Weber", "Einkaufsleiter",
         "+49 40 5550 0001", 290, 300, (Talk(25, "asked for CE papers", "email", "in"),),
         follow_up=("send the CE papers", 0), tags=("export",)),
    Made("Lumière SARL", "prospect", "ordinary", "lighting", "Lyon", "Claire Martin", "Directrice",
         "+33 4 5550 0001", None, 9, (Talk(3, "wants the catalogue", "email", "in", intent="medium"),), tags=("export",)),
    Made("Sakura Trading 株式会社", "interested", "potential", "trading", "大阪", "佐藤健", "課長",
         "+81 6 5550 0001", None, 30, (Talk(5, "sample under test", "call", intent="high"),), tags=("export",)),
    Made("Baltic Timber OÜ", "customer", "ordinary", "timber", "Tallinn", "Mari Tamm", "CEO",
         "+372 555 0001", 88, 100, (Talk(6, "second container on its way"),)),
    Made("Rio Verde Ltda", "lost", "ordinary", "coffee", "Santos", "Paulo Lima", "Gerente",
         "+55 13 5550 0001", 400, 410, (Talk(180, "moved to a local supplier"),), more={"loss_reason": "price"}),
    Made("林小雨", "customer", "ordinary", "个人", "苏州", "", "", "13800005698", 120, 130,
         (Talk(50, "咨询保养", "wechat", "in"),), more={"kind": "person", "source": "朋友介绍"}),
    Made("佛山顺德家具厂", "customer", "ordinary", "家具", "佛山", "梁宽", "厂长", "13800005699", 95, 110,
         (Talk(70, "新展厅开业", "visit"),), task=("寄开业花篮的照片", 0)),
    Made("无锡太湖光伏有限公司", "customer", "potential", "新能源", "无锡", "钱进", "副总", "13800005700", 330, 350,
         (Talk(61, "组件涨价，要重新报价"),), task=("重新核价", 3), tags=("重点",)),
    Made("济南泉城印务有限公司", "customer", None, "印刷", "济南", "鲁班", "车间主任", "13800005701", None, 260,
         (Talk(110, "换了对接人"),)),
    Made("福州闽江茶业有限公司", "prospect", None, "茶叶", "福州", "林墨", "品牌经理", "13800005702", None, 1),
    Made("沈阳盛京机床有限公司", "customer", "core", "机械", "沈阳", "高远", "采购总监", "13800005703", 900, 910,
         (Talk(17, "年度预算会，追加两台", "meeting", intent="high"),), promised=5, tags=("vip",)),
    Made("石家庄燕赵制药有限公司", "customer", "potential", "医药", "石家庄", "白露", "GMP主管", "13800005704", 470, 480,
         (Talk(59, "等审计结束"),), more={"cadence": "3w"}),
    Made("贵阳黔灵大数据有限公司", "interested", "core", "软件", "贵阳", "黔之", "CTO", "13800005705", None, 15,
         (Talk(2, "要求试用账号", "wecom", "in", intent="high"),), task=("开通试用账号", -1)),
    Made("海口椰风饮料有限公司", "customer", "ordinary", "饮料", "海口", "符龙", "区域经理", "13800005706", 205, 215,
         (Talk(88, "旺季备货"),)),
    Made("哈尔滨冰城乳业有限公司", "customer", "ordinary", "乳业", "哈尔滨", "雪松", "供应链经理", "13800005707", 365, 370,
         (Talk(10, "投诉已处理，表示满意"),), more={"do_not_contact": 1}),
)  # fmt: skip
