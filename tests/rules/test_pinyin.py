"""How names are spoken and divided: tables, properties, and pypinyin itself as the oracle (CLI.md, References)."""

import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from crmcli.rules.pinyin import going_on, initials, readings, spellings
from crmcli.rules.syllables import FIRST, MAIN, OTHERS, SYLLABLES
from tests.support import heavy
from tools import syllables as generator


def spoken(name: str, is_person: bool = False) -> list[str]:
    """The readings of a name as text, `|` between runs."""
    return [" ".join(each or "|" for each in reading) for reading in readings(name, is_person)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("华东捷供", ["hua dong jie gong"]),
        ("上海星辰贸易有限公司", ["shang hai xing chen mao yi you xian gong si"]),
        ("吕氏铝业", ["lv shi lv ye"]),
        ("女儿略", ["nv er lve"]),
        ("重庆银行", ["chong qing yin hang", "zhong qing yin hang", "chong qing yin xing", "zhong qing yin xing"]),
        ("大厦", ["da sha", "da xia"]),
        ("行健", ["xing jian", "hang jian"]),
        ("长乐", ["chang le", "zhang le", "chang yue", "zhang yue"]),
        ("都朝", ["du chao", "dou chao", "du zhao", "dou zhao"]),
        ("藏调", ["cang diao", "zang diao", "cang tiao", "zang tiao"]),
        ("率着", ["lv zhe", "shuai zhe", "lv zhuo", "shuai zhuo"]),
        ("六安瓜片", ["lu an gua pian", "liu an gua pian"]),
        ("三六安防", ["san lu an fang", "san liu an fang"]),
        ("银行长沙支行", [
            "yin hang chang sha zhi hang",
            "yin xing chang sha zhi hang",
            "yin hang zhang sha zhi hang",
            "yin hang chang sha zhi xing",
            "yin xing zhang sha zhi hang",
            "yin xing chang sha zhi xing",
        ]),
        ("信息系统传感器学校金属盛世", ["xin xi xi tong chuan gan qi xue xiao jin shu sheng shi"]),
    ],
)  # fmt: skip
def test_a_company_is_spoken_so(name: str, expected: list[str]) -> None:
    assert spoken(name) == expected


SURNAMES = {
    "单雄信": ["shan xiong xin"],
    "仇和": ["qiu he"],
    "曾国藩": ["zeng guo fan"],
    "解晓东": ["xie xiao dong"],
    "朴树": ["piao shu"],
    "覃海洋": ["qin hai yang", "tan hai yang"],
    "区楚良": ["ou chu liang"],
    "查良镛": ["zha liang yong"],
    "任正非": ["ren zheng fei"],
    "华罗庚": ["hua luo geng"],
    "缪缈": ["miao miao"],
    "翟天临": ["zhai tian lin", "di tian lin"],
    "乐嘉": ["yue jia", "le jia"],
    "盖聂": ["ge nie", "gai nie"],
    "种师道": ["chong shi dao"],
    "繁钦": ["po qin"],
    "员半千": ["yun ban qian"],
    "洗星海": ["xian xing hai"],
    "冼星海": ["xian xing hai"],
    "黑明": ["he ming", "hei ming"],
    "召奴": ["shao nu"],
    "藏克家": ["zang ke jia"],
    "臧天朔": ["zang tian shuo"],
    "柏杨": ["bai yang"],
    "薄熙": ["bo xi"],
    "折可求": ["she ke qiu"],
    "祭遵": ["zhai zun"],
    "秘宗": ["bi zong"],
    "能仁": ["nai ren"],
    "都穆": ["du mu"],
    "句践": ["gou jian"],
    "乜明": ["nie ming"],
    "阚泽": ["kan ze"],
    "逄蒙": ["pang meng"],
    "隗嚣": ["wei xiao", "kui xiao"],
    "牟其中": ["mou qi zhong", "mu qi zhong"],
    "贾平凹": ["jia ping ao"],
    "冯小刚": ["feng xiao gang"],
    "陆毅": ["lu yi"],
    "石小猛": ["shi xiao meng"],
    "沈括": ["shen kuo"],
    "叶问": ["ye wen"],
    "吕布": ["lv bu"],
    "尉迟恭": ["yu chi gong"],
    "万俟卨": ["mo qi xie"],
    "单于夫罗": ["chan yu fu luo"],
    "长孙无忌": ["zhang sun wu ji"],
    "澹台明": ["tan tai ming"],
    "乐正绫": ["yue zheng ling"],
    "令狐冲": ["ling hu chong"],
    "拓跋宏": ["tuo ba hong"],
    "皇甫嵩": ["huang fu song"],
    "夏侯惇": ["xia hou dun"],
    "欧阳修": ["ou yang xiu"],
    "司马懿": ["si ma yi"],
    "上官婉儿": ["shang guan wan er"],
    "吐谷浑丰": ["tu yu hun feng"],
    "子车奄": ["zi ju yan"],
    "單雄信": ["shan xiong xin"],
    "區楚良": ["ou chu liang"],
    "萬俟卨": ["mo qi xie"],
    "尉遲恭": ["yu chi gong"],
    "長孫無忌": ["zhang sun wu ji"],
    "蓋聶": ["ge nie", "gai nie"],
    "樂嘉": ["yue jia", "le jia"],
    "單": ["shan"],
}


@pytest.mark.parametrize("name", SURNAMES)
def test_a_surname_is_spoken_as_surnames_are(name: str) -> None:
    assert spoken(name, is_person=True) == SURNAMES[name]


def test_only_the_surname_is_fixed() -> None:
    assert spoken("长孙重", is_person=True) == ["zhang sun zhong", "zhang sun chong"]
    assert spoken("张单", is_person=True) == ["zhang dan"]
    assert spoken("张重庆", is_person=True) == ["zhang chong qing", "zhang zhong qing"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("单氏贸易", ["dan shi mao yi", "shan shi mao yi"]),
        ("解放", ["jie fang", "xie fang"]),
        ("曾氏", ["zeng shi", "ceng shi"]),
        ("乐天", ["le tian", "yue tian"]),
        ("缪氏", ["miao shi", "mou shi", "miu shi"]),
        ("单县", ["shan xian", "dan xian"]),
        ("尉迟科技", ["wei chi ke ji", "yu chi ke ji"]),
        ("万俟科技", ["wan si ke ji", "mo si ke ji", "wan qi ke ji", "mo qi ke ji"]),
        ("上海单氏", ["shang hai dan shi"]),
    ],
)
def test_a_company_may_be_spoken_as_its_founder(name: str, expected: list[str]) -> None:
    assert spoken(name) == expected


PLACES = """
六安 lu an; 六合 lu he; 六盘水 liu pan shui; 蚌埠 beng bu; 厦门 xia men; 台州 tai zhou; 丽水 li shui; 长沙 chang sha; 重庆 chong qing
成都 cheng du; 东莞 dong guan; 亳州 bo zhou; 番禺 pan yu; 乐清 yue qing; 乐山 le shan; 乐亭 lao ting; 都江堰 du jiang yan
都匀 du yun; 昌都 chang du; 郫都 pi du; 东阿 dong e; 什邡 shi fang; 喀什 ka shi; 闵行 min hang; 太行 tai hang; 行唐 xing tang
朝阳 chao yang; 西藏 xi zang; 长治 chang zhi; 长春 chang chun; 长江 chang jiang; 大埔 da bu; 黄埔 huang pu; 单县 shan xian
铅山 yan shan; 涡阳 guo yang; 枞阳 zong yang; 浚县 xun xian; 歙县 she xian; 荥阳 xing yang; 荥经 ying jing; 蔚县 yu xian
尉犁 yu li; 牟平 mu ping; 中牟 zhong mu; 犍为 qian wei; 莘县 shen xian; 莘庄 xin zhuang; 会稽 kuai ji; 洪洞 hong tong
繁峙 fan shi; 井陉 jing xing; 柏乡 bai xiang; 渑池 mian chi; 珲春 hun chun; 龟兹 qiu ci; 筠连 jun lian; 泌阳 bi yang; 盱眙 xu yi
浒墅关 xu shu guan; 漯河 luo he; 鄱阳 po yang; 儋州 dan zhou; 阆中 lang zhong; 会泽 hui ze; 讷河 ne he; 天台 tian tai; 兖州 yan zhou
茌平 chi ping; 鄄城 juan cheng; 甪直 lu zhi; 邳州 pi zhou; 沭阳 shu yang; 婺源 wu yuan; 郴州 chen zhou; 耒阳 lei yang; 汕尾 shan wei
揭阳 jie yang; 儋州 dan zhou; 綦江 qi jiang; 北碚 bei bei; 涪陵 fu ling; 邛崃 qiong lai; 泸州 lu zhou; 弥勒 mi le; 嘉峪关 jia yu guan
吐鲁番 tu lu fan; 且末 qie mo; 和田 he tian; 广厦 guang sha; 大厦 da sha; 商厦 shang sha; 东莞 dong guan; 宿迁 su qian; 宿州 su zhou
厦門 xia men; 廈門 xia men; 重慶 chong qing; 東莞 dong guan; 西藏 xi zang; 長沙 chang sha; 樂清 yue qing; 臺州 tai zhou; 大廈 da sha
"""


@pytest.mark.parametrize("line", PLACES.strip().splitlines())
def test_places_are_spoken_as_people_there_do(line: str) -> None:
    for entry in line.split("; "):
        place, expected = entry.split(" ", 1)
        assert (place, spoken(place + "市")[0]) == (place, f"{expected} shi")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", []),
        ("Acme Inc.", []),
        ("３６０", []),
        ("\N{CJK UNIFIED IDEOGRAPH-9FBF}", []),
        ("🏭", []),
        ("中国3M", ["zhong guo"]),
        ("3M中国", ["zhong guo"]),
        ("华为Cloud服务", ["hua wei | fu wu"]),
        ("华为 - Cloud 服务 (A)", ["hua wei | fu wu"]),
        ("华东（上海）贸易", ["hua dong | shang hai | mao yi"]),
        ("买买提·艾力", ["mai mai ti | ai li"]),
        ("A长B都C", ["chang | du", "zhang | du", "chang | dou", "zhang | dou"]),
        ("长\N{CJK UNIFIED IDEOGRAPH-9FBF}江", ["chang | jiang", "zhang | jiang"]),
    ],
)
def test_what_is_not_chinese_divides_runs(name: str, expected: list[str]) -> None:
    assert spoken(name) == expected


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("華東捷供科技", "华东捷供科技"),
        ("廣廈建設", "广厦建设"),
        ("重慶銀行", "重庆银行"),
        ("音樂廳", "音乐厅"),
        ("會計師事務所", "会计师事务所"),
        ("長江實業", "长江实业"),
        ("空調", "空调"),
        ("車行", "车行"),
        ("傳記", "传记"),
        ("單氏", "单氏"),
        ("呂氏", "吕氏"),
    ],
)
def test_traditional_characters_are_spoken_as_simplified_ones(
    traditional: str, simplified: str
) -> None:
    assert readings(traditional) == readings(simplified)


def test_of_very_many_readings_six_are_given() -> None:
    assert spoken("行行行行行行行") == [
        "xing xing xing xing xing xing xing",
        "hang xing xing xing xing xing xing",
        "xing hang xing xing xing xing xing",
        "xing xing hang xing xing xing xing",
        "xing xing xing hang xing xing xing",
        "xing xing xing xing hang xing xing",
    ]
    assert [len(reading) for reading in readings("长" * 10_000)] == [10_000] * 6


def test_initials_are_first_letters() -> None:
    assert [initials(reading) for reading in readings("华东捷供")] == ["hdjg"]
    assert [initials(reading) for reading in readings("重庆A吕氏")] == ["cqls", "zqls"]
    assert initials(()) == ""


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("huad", ["hua d", "hu a d"]),
        ("fangan", ["fang an", "fan gan", "fang a n", "fan ga n"]),
        ("xian", ["xian", "xi an", "xia n", "xi a n"]),
        ("XiAn", ["xian", "xi an", "xia n", "xi a n"]),
        ("huadong", ["hua dong", "hu a dong"]),
        ("zh", ["zh"]),
        ("h", ["h"]),
        ("a", ["a"]),
        ("zhuan", ["zhuan", "zhu an", "zhua n", "zhu a n"]),
        ("shangha", ["shang ha"]),
        ("lv", ["lv"]),
        ("lyu", ["lv"]),
        ("lü", ["lv"]),
        ("LÜ", ["lv"]),
        ("lu", ["lu", "lv"]),
        ("nu", ["nu", "nv"]),
        ("nyuer", ["nv er", "nve r", "nv e r"]),
        ("lue", ["lve", "lu e", "lv e"]),
        ("lyue", ["lve", "lv e"]),
        ("nve", ["nve", "nv e"]),
        ("lubu", ["lu bu", "lv bu"]),
        ("hdjg", []),
        ("huadhua", []),
        ("v", []),
        ("ly", []),
        ("", []),
        ("hua dong", []),
        ("xi'an", []),
        ("hua1", []),
        ("华", []),
        ("é", []),
        ("\x00", []),
    ],
)  # fmt: skip
def test_a_typed_query_is_divided(query: str, expected: list[str]) -> None:
    assert [" ".join(spelling) for spelling in spellings(query)] == expected


def test_only_a_query_of_sensible_length_is_divided() -> None:
    assert spellings("a" * 64) == [("a",) * 64]
    assert spellings("zhuang" * 10)[0] == ("zhuang",) * 10
    for query in ("a" * 65, "a" * 1_000_000, "İ" * 64, "xian" * 1_000):
        assert spellings(query) == []


def typed_for(piece: str) -> list[str]:
    """The syllables somebody who types `piece` may mean."""
    exact = [piece] if piece in SYLLABLES else []
    return exact + [
        syllable
        for syllable in SYLLABLES
        if "v" in syllable and piece in (syllable.replace("v", "u"), syllable.replace("v", "yu"))
    ]


def divided(letters: str, last_is_begun: bool) -> Iterator[tuple[str, ...]]:
    """Every way to divide `letters`, by trying them all, longer first syllables first."""
    if not letters:
        if not last_is_begun:
            yield ()
        return
    for end in range(min(len(letters), 6), 0, -1):
        for syllable in typed_for(letters[:end]):
            for rest in divided(letters[end:], last_is_begun):
                yield (syllable, *rest)
    if (
        last_is_begun
        and not typed_for(letters)
        and any(each.startswith(letters) for each in SYLLABLES)
    ):
        yield (letters,)


@settings(max_examples=heavy(100))
@given(
    st.lists(st.sampled_from([*SYLLABLES[1:], "n", "g", "x", "lu", "nyu"]), min_size=1, max_size=3)
)
def test_spellings_are_the_shortest_of_all(pieces: list[str]) -> None:
    letters = "".join(pieces)
    every = [*divided(letters, False), *divided(letters, True)]
    assert spellings(letters) == sorted(every, key=len)[:8]


@given(st.text())
def test_spellings_take_any_text(query: str) -> None:
    for spelling in spellings(query):
        assert len("".join(spelling)) <= len(query) <= 64


CHINESE = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF) | st.sampled_from(
    "长行重乐都朝藏调厦单尉迟万俟"
)


def runs_of(reading: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [tuple(run.split()) for run in " ".join(each or "|" for each in reading).split("|")]


@settings(max_examples=heavy(200))
@given(st.text(CHINESE, max_size=10), st.booleans())
def test_every_reading_can_be_typed(name: str, is_person: bool) -> None:
    found = readings(name, is_person)
    assert len(found) == len(set(found)) <= 6
    for reading in found:
        for run in runs_of(reading):
            spelled = spellings("".join(run))
            # Of very many ways to divide it the shortest are given.
            assert run in spelled or (len(spelled) == 8 and len(spelled[-1]) <= len(run))


@given(st.text(), st.booleans())
def test_readings_take_any_text(name: str, is_person: bool) -> None:
    for reading in readings(name, is_person):
        assert reading and reading[0] and reading[-1] and ("", "") not in pairwise(reading)
        assert set(reading) <= set(SYLLABLES)


COMPANIES = """
华东捷供科技有限公司 上海星辰贸易有限公司 重庆长江银行股份有限公司 深圳市华为技术有限公司 北京字节跳动科技有限公司
厦门大厦物业管理有限公司 长沙重工机械有限公司 成都行知教育咨询有限公司 东莞市长安精密模具厂 六安瓜片茶业有限公司
台州市路桥区塑料制品厂 丽水青瓷文化有限公司 亳州药材交易中心 蚌埠玻璃工业设计研究院 西藏藏药集团股份有限公司
朝阳区中医医院 长春一汽富维汽车零部件有限公司 太行山旅游开发有限公司 乐清市电气成套设备厂 番禺珠宝首饰有限公司
浙江大华技术股份有限公司 杭州海康威视数字技术股份有限公司 宁波吉利汽车研究开发有限公司 广东美的制冷设备有限公司
珠海格力电器股份有限公司 青岛海尔空调器有限总公司 顺丰速运有限公司 中国工商银行股份有限公司 招商银行重庆分行
交通银行长沙支行 中国建设银行成都分行 上海浦东发展银行 平安保险集团 新希望六和股份有限公司 山东东阿阿胶股份有限公司
内蒙古伊利实业集团 蒙牛乳业集团 贵州茅台酒业股份有限公司 四川长虹电器股份有限公司 江西铜业股份有限公司
安徽海螺水泥股份有限公司 福建漳州水仙药业有限公司 云南白药集团股份有限公司 海南航空控股股份有限公司
新疆特变电工股份有限公司 甘肃酒泉钢铁集团 青海盐湖工业股份有限公司 宁夏枸杞生物制品厂 广西柳州机械股份有限公司
河北衡水老白干酒业 河南双汇投资发展有限公司 山西汾酒集团 陕西重型汽车有限公司 辽宁沈阳机床集团
吉林长白山旅游股份有限公司 黑龙江飞鹤乳业有限公司 天津狗不理包子饮食集团 苏州园林设计院 无锡小天鹅电器
常州天合光能有限公司 徐州工程机械集团 南通中远船务工程有限公司 连云港恒瑞医药股份有限公司 扬州玩具进出口公司
镇江恒顺醋业股份有限公司 绍兴女儿红酿酒有限公司 温州正泰电器股份有限公司 嘉兴丝绸印染厂 湖州安吉竹制品有限公司
金华火腿食品厂 义乌小商品批发市场 舟山海产品加工厂 合肥美菱冰箱有限公司 芜湖奇瑞汽车股份有限公司 景德镇陶瓷艺术馆
赣州稀土矿业有限公司 济南二机床集团 烟台张裕葡萄酿酒股份有限公司 潍坊风筝厂 郑州宇通客车股份有限公司 洛阳轴承研究所
武汉长江存储科技有限公司 宜昌兴发化工集团 湘潭钢铁集团 佛山陶瓷机械有限公司 中山灯饰电器厂 惠州德赛电子有限公司
汕头潮阳服装厂 湛江水产进出口公司 桂林旅游发展总公司 北海珍珠首饰厂 三亚酒店管理有限公司 绵阳京东方光电科技有限公司
自贡彩灯文化公司 遵义董酒厂 昆明鲜花速递 拉萨圣地旅行社 西安音乐学院 兰州拉面餐饮管理公司 乌鲁木齐绿洲果业
大连港口物流集团 鞍山钢铁集团 哈尔滨啤酒有限公司 齐齐哈尔铁路车辆厂 包头稀土高科 呼和浩特羊绒制品厂 石家庄制药集团
唐山陶瓷厂 保定长城汽车股份有限公司 邯郸钢铁集团 大同煤矿集团 长治医疗器械厂 上海交响乐团 北京会计师事务所
天虹商厦股份有限公司 便利蜂连锁超市 行业研究数据公司 空调维修服务部 调味品食品厂 人参鹿茸药材行 重阳养老服务中心
儿童乐园管理有限公司 畜牧兽医服务站 传媒文化传播公司 弹簧五金制品厂 长荣海运集团 盛世长城广告公司 华夏银行
长兴蓄电池厂 广厦建设集团 都市快报社 乐视网信息技术 永乐电器连锁 和平饭店 朝晖医药公司 绿地控股集团 旅行者户外用品店
略阳钢铁厂 女性健康管理中心 新率科技有限公司 处方药零售连锁 解放汽车销售公司 单元楼宇科技公司 仇英艺术馆
区块链技术服务公司 查特生物科技公司 尉氏县面粉厂 曾经网络科技公司
"""
PEOPLE = """
王伟 李娜 张敏 刘洋 陈静 杨军 赵磊 黄艳 周杰 吴刚 徐丽 孙强 马超 朱婷 胡歌 郭靖 何平 林心如 高圆圆 罗志祥 郑爽
梁朝伟 谢霆锋 宋江 唐嫣 许晴 韩寒 冯小刚 邓超 曹操 彭于晏 吕布 苏轼 卢俊义 蒋欣 蔡明 贾玲 丁真 魏晨 薛之谦 叶问 阎肃
余华 潘石屹 杜甫 戴军 夏雨 钟汉良 汪峰 田亮 任正非 姜文 范冰冰 方舟子 石小猛 姚明 谭咏麟 廖凡 邹市明 熊黛林 金庸
陆毅 郝蕾 孔乙己 白居易 崔健 康有为 毛不易 邱淑贞 秦海璐 江疏影 史可法 顾城 侯亮平 邵逸夫 孟非 龙应台 万茜 段誉 雷军
钱学森 汤唯 尹正 黎明 易中天 常昊 武则天 乔峰 贺龙 赖声川 龚琳娜 文章 欧阳娜娜 司马懿 诸葛亮 上官婉儿 夏侯惇 慕容复
令狐冲 东方不败 宇文化及 陈晟 李筠 张炜 王翀 赵祎 林婧 周珏 吴昕 孙骁 何琪 陶喆 罗玥 宁浩 葛优 盖叫天 单田芳 解晓东
仇和 区楚良
"""
EXCEPTIONS = {
    "单田芳": "dan tian fang",
    "解晓东": "jie xiao dong",
    "仇和": "chou he",
    "区楚良": "qu chu liang",
}
"""What pypinyin, which knows no surnames, makes of some people."""


def test_pypinyin_speaks_names_the_same_way() -> None:
    names = [(name, False) for name in COMPANIES.split()] + [
        (name, True) for name in PEOPLE.split()
    ]
    otherwise = {
        name: " ".join(lazy_pinyin(name))
        for name, is_person in names
        if tuple(lazy_pinyin(name)) not in readings(name, is_person)
    }
    assert otherwise == EXCEPTIONS
    assert len(names) >= 250
    assert len(otherwise) / len(names) <= 0.02


@pytest.mark.parametrize("is_person", [False, True])
def test_names_are_found_from_the_first_letter_typed_to_the_last(is_person: bool) -> None:
    for name in (PEOPLE if is_person else COMPANIES).split():
        for reading in readings(name[:4], is_person):
            letters = "".join(reading)
            assert reading in spellings(letters), name
            for end in range(1, len(letters)):
                assert any(
                    spelling[:-1] == reading[: len(spelling) - 1]
                    and reading[len(spelling) - 1].startswith(spelling[-1])
                    for spelling in spellings(letters[:end])
                    if len(spelling) <= len(reading)
                ), (name, letters[:end])


def test_what_is_frozen_is_whole_and_consistent() -> None:
    assert len(MAIN) == 20_992
    assert list(SYLLABLES) == sorted(set(SYLLABLES))
    unknown = [
        chr(FIRST + place) for place, sign in enumerate(MAIN) if sign == MAIN[0x9FBF - FIRST]
    ]
    assert all(not lazy_pinyin(each)[0].isascii() for each in unknown)
    assert not set(unknown) & set(OTHERS)
    for character, others in OTHERS.items():
        main = readings(character)[0][0]
        assert main not in others.split(), character


def test_the_frozen_syllables_are_fresh() -> None:
    assert generator.TARGET.read_text(encoding="utf-8") == generator.generate()


def test_the_generator_says_whether_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "syllables.py"
    monkeypatch.setattr(generator, "TARGET", target)
    monkeypatch.setattr(sys, "argv", ["syllables", "--check"])
    assert generator.main() == 1
    monkeypatch.setattr(sys, "argv", ["syllables"])
    assert generator.main() == 0
    monkeypatch.setattr(sys, "argv", ["syllables", "--check"])
    assert generator.main() == 0
    target.write_text("", encoding="utf-8")
    assert generator.main() == 1


def test_the_generator_refuses_what_stands_twice() -> None:
    with pytest.raises(ValueError, match=r"twice in one table: \['长'\]"):
        generator.parse("长 chang; 短 duan\n长 zhang")


@pytest.mark.parametrize(
    ("syllable", "expected"),
    [
        ("xia", ["xia", "xian", "xiang", "xiao"]),
        ("wei", ["wei"]),
        ("zhuang", ["zhuang"]),
        ("zhuo", ["zhuo"]),
        ("zhuangs", []),
        ("", []),
    ],
)
def test_how_syllables_may_go_on(syllable: str, expected: list[str]) -> None:
    assert going_on(syllable) == expected
