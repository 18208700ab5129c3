"""Freezes how Chinese characters are spoken to `crmcli/rules/syllables.py` (`python -m tools.syllables`).

The readings are pypinyin's (MIT licence), which costs 50 ms to import; what it gets wrong in the names of people,
companies and places is put right by hand here.
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from textwrap import fill

from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

from tools.generated import write

TARGET = Path(__file__).parents[1] / "crmcli" / "rules" / "syllables.py"
FIRST, LAST = 0x4E00, 0x9FFF
FIRST_SIGN = 0x100  # the letters from here on are printed, and take two bytes
WIDTH = 96

# A reading is common when it is that of so many of its character's phrases, and the first one when of so many.
COMMON_SHARE, COMMON_PHRASES = 0.08, 3
FIRST_SHARE, FIRST_PHRASES = 0.7, 5

# The readings in names, the likeliest first, where idioms and classics (the phrases) or a dictionary's order mislead.
BY_HAND = """
阿 a; 吖 a ya; 艾 ai; 蚌 bang beng; 堡 bao; 被 bei; 便 bian; 槟 bin bing; 玢 bin fen; 卜 bu; 差 cha; 掺 chan; 澄 cheng
称 cheng; 豉 chi; 匙 chi shi; 臭 chou; 传 chuan; 澹 dan tan; 叨 dao; 钿 dian tian; 垌 dong tong; 峒 dong tong; 度 du
都 du dou; 恶 e; 嗯 en; 番 fan pan; 冯 feng; 否 fou; 脯 fu pu; 蛤 ge ha; 莞 guan wan; 桧 gui hui; 纥 he ge; 噷 hen
珩 heng hang; 鹄 hu gu; 珲 hui hun; 荠 ji qi; 贾 jia; 降 jiang; 角 jiao; 藉 jie ji; 颉 jie xie; 炅 jiong gui
桔 ju jie; 觉 jue; 隽 jun juan; 浚 jun xun; 卡 ka; 阚 kan; 壳 ke; 傀 kui; 了 le liao; 栎 li yue; 俩 lia; 靓 liang jing
蓼 liao lu; 泷 long shuang; 陆 lu; 露 lu; 漯 luo ta; 埋 mai; 脉 mai; 没 mei; 宓 mi fu; 祢 mi ni; 渑 mian sheng
缪 miao mou miu; 玟 min wen; 嬷 mo ma; 呣 mu; 娜 na nuo; 噢 o ao; 骠 piao biao; 屏 ping; 朴 pu; 埔 pu bu; 茜 qian xi
荨 qian xun; 峤 qiao jiao; 茄 qie jia; 郄 qie xi; 覃 qin tan; 溱 qin zhen; 湫 qiu jiao; 圈 quan; 炔 que; 塞 sai
莎 sha suo; 杉 shan sha; 杓 shao biao; 苕 shao tiao; 歙 she xi; 谁 shei shui; 莘 shen xin; 椹 shen zhen; 盛 sheng
省 sheng; 晟 sheng cheng; 属 shu; 宿 su; 骀 tai dai; 镡 tan xin; 焘 tao dao; 铤 ting ding; 囤 tun dun; 隗 wei kui
圩 wei xu; 蔚 wei yu; 涡 wo guo; 系 xi; 铣 xi xian; 吓 xia; 呷 xia ga; 厦 xia sha; 纤 xian; 校 xiao; 荥 xing ying; 芎 xiong qiong
郇 xun huan; 咽 yan; 铫 yao diao; 柚 you; 芫 yuan yan; 筠 yun jun; 曾 zeng ceng; 轧 zha ya; 翟 zhai di; 辗 zhan
折 zhe; 着 zhe zhuo; 瑱 zhen tian; 著 zhu; 爪 zhua zhao; 椎 zhui; 焯 zhuo chao; 枞 zong cong; 卒 zu; 柞 zuo zha
"""

# Words common in names, with a character that is spoken otherwise elsewhere.
WORDS = """
六安 lu an; 六合 lu he; 蚌埠 beng bu; 重庆 chong qing; 番禺 pan yu; 乐清 yue qing; 乐亭 lao ting; 乐陵 lao ling
东阿 dong e; 闵行 min hang; 太行 tai hang; 西藏 xi zang; 青藏 qing zang; 长子县 zhang zi xian; 大埔 da bu
单县 shan xian; 铅山 yan shan; 涡阳 guo yang; 浚县 xun xian; 荥经 ying jing; 蔚县 yu xian; 尉犁 yu li; 牟平 mu ping
中牟 zhong mu; 犍为 qian wei; 莘庄 xin zhuang; 会稽 kuai ji; 洪洞 hong tong; 繁峙 fan shi; 珲春 hun chun; 龟兹 qiu ci
宕昌 tan chang; 筠连 jun lian; 泌阳 bi yang; 浒墅关 xu shu guan; 吴堡 wu bu; 大厦 da sha; 广厦 guang sha
商厦 shang sha; 高厦 gao sha; 华厦 hua sha; 银行 yin hang; 商行 shang hang; 车行 che hang; 分行 fen hang
支行 zhi hang; 总行 zong hang; 央行 yang hang; 洋行 yang hang; 行业 hang ye; 行情 hang qing; 音乐 yin yue; 乐器 yue qi
乐团 yue tuan; 乐队 yue dui; 乐谱 yue pu; 民乐 min yue; 爱乐 ai yue; 声乐 sheng yue; 交响乐 jiao xiang yue
管弦乐 guan xian yue; 器乐 qi yue; 会计 kuai ji; 财会 cai kuai; 成长 cheng zhang; 增长 zeng zhang; 生长 sheng zhang
董事长 dong shi zhang; 重构 chong gou
重塑 chong su; 重阳 chong yang; 双重 shuang chong; 九重 jiu chong; 空调 kong tiao; 调味 tiao wei; 调节 tiao jie
调料 tiao liao; 调理 tiao li; 调和 tiao he; 调试 tiao shi; 调酒 tiao jiu; 调色 tiao se; 协调 xie tiao; 烹调 peng tiao
调解 tiao jie; 朝晖 zhao hui; 朝霞 zhao xia; 朝华 zhao hua; 朝夕 zhao xi; 今朝 jin zhao; 藏药 zang yao; 藏医 zang yi
藏族 zang zu; 藏香 zang xiang; 藏文 zang wen; 宝藏 bao zang; 地藏 di zang; 人参 ren shen; 海参 hai shen
参茸 shen rong; 丹参 dan shen; 党参 dang shen; 洋参 yang shen; 红参 hong shen; 弹簧 tan huang; 弹性 tan xing
弹力 tan li; 差旅 chai lv; 便宜 pian yi; 模具 mu ju; 模板 mu ban; 模样 mu yang; 柏林 bo lin; 湖泊 hu po; 畜牧 xu mu
畜产 xu chan; 校准 jiao zhun; 校验 jiao yan; 校正 jiao zheng; 率先 shuai xian; 表率 biao shuai; 传记 zhuan ji
自传 zi zhuan; 着装 zhuo zhuang; 扎染 za ran; 包扎 bao za; 美的 mei di; 的士 di shi; 给排水 ji pai shui; 供给 gong ji
补给 bu ji; 自给 zi ji; 大夫 dai fu; 阿胶 e jiao; 古刹 gu cha; 咖喱 ga li; 枸橼 ju yuan; 呢绒 ni rong; 毛呢 mao ni; 格栅 ge shan
拓片 ta pian; 钥匙 yao shi; 称心 chen xin; 对称 dui chen; 出差 chu chai; 水浒传 shui hu zhuan; 阿房 e pang
"""

# Surnames with a reading of their own, several when families differ; longer ones where it shows.
SURNAMES = """
柏 bai; 秘 bi; 薄 bo; 种 chong; 都 du; 盖 ge gai; 句 gou; 炅 gui; 黑 he hei; 缪 miao; 佴 nai; 能 nai; 粘 nian; 乜 nie
区 ou; 番 pan; 朴 piao; 繁 po; 仇 qiu; 单 shan; 召 shao; 折 she; 郗 xi chi; 洗 xian; 解 xie; 乐 yue le; 员 yun; 贠 yun
藏 zang; 曾 zeng; 查 zha; 祭 zhai
单于 chan yu; 句龙 gou long; 贺若 he re; 万俟 mo qi; 澹台 tan tai; 吐谷浑 tu yu hun; 拓跋 tuo ba; 尉迟 yu chi
乐羊 yue yang; 乐正 yue zheng; 长孙 zhang sun; 长鱼 zhang yu; 中行 zhong hang; 子车 zi ju
"""

# Each traditional character with its simplified form, from which it has its readings, words and surnames.
TRADITIONAL = """
萬万 業业 東东 為为 樂乐 產产 會会 傳传 倆俩 黨党 關关 茲兹 馮冯 準准 剎刹 剝剥 勁劲
區区 醫医 華华 協协 單单 廈厦 縣县 參参 雙双 臺台 嚇吓 吳吴 員员 響响 團团 聲声 殼壳
嬤嬷 孫孙 寶宝 對对 屬属 嶠峤 廣广 莊庄 慶庆 彈弹 總总 惡恶 摻掺 攢攒 暉晖 構构 樅枞
柵栅 櫟栎 樣样 檜桧 檻槛 檳槟 沒没 瀧泷 渾浑 滸浒 渦涡 澠渑 燾焘 愛爱 琿珲 蓋盖 禰祢
稱称 紅红 纖纤 紇纥 綸纶 經经 絨绒 給给 繆缪 脈脉 節节 薺荠 滎荥 蕁荨 藥药 補补 裝装
覺觉 計计 記记 試试 詰诘 誰谁 調调 譜谱 貟贠 財财 賀贺 賈贾 車车 軋轧 輾辗 還还 連连
遲迟 鑰钥 鈿钿 鉛铅 鐺铛 鋌铤 銚铫 銀银 鐔镡 長长 閔闵 闞阚 隊队 陽阳 陸陆 雋隽 靚靓
頡颉 顫颤 駘骀 驗验 驃骠 魚鱼 鵠鹄 龍龙 龜龟 幀帧 縝缜 鎬镐 賁贲 鈄钭 銑铣 鯽鲫
匱匮 鉿铪 鎘镉 鍶锶 鮁鲅
"""


def parse(table: str) -> dict[str, tuple[str, ...]]:
    """A table above: what is written → its syllables; ValueError when something stands there twice."""
    entries = [entry.split() for entry in re.split("[;\n]", table.strip())]
    parsed = {written: tuple(syllables) for written, *syllables in entries}
    if len(parsed) < len(entries):
        twice = [
            entry for entry, count in Counter(entry[0] for entry in entries).items() if count > 1
        ]
        raise ValueError(f"twice in one table: {twice}")
    return parsed


def with_traditional(table: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """`table` with what is written in it in traditional characters as well."""
    to_traditional = str.maketrans({pair[1]: pair[0] for pair in TRADITIONAL.split()})
    return table | {
        written.translate(to_traditional): syllables
        for written, syllables in table.items()
        if written.translate(to_traditional) not in table
    }


@cache
def counted() -> dict[str, Counter[str]]:
    """Of each character, in how many of pypinyin's phrases it has which reading."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, readings in PHRASES_DICT.items():
        for character, reading in zip(phrase, readings, strict=True):
            counts[character][to_normal(reading[0])] += 1
    return counts


def listed(character: str) -> list[str]:
    """The readings pypinyin lists for a character alone, most usual first; interjections such as `hm` are none."""
    tones = PINYIN_DICT.get(ord(character), "")
    toneless = dict.fromkeys(to_normal(tone) for tone in tones.split(",") if tone)
    return [reading for reading in toneless if re.fullmatch("[a-z]*[aeiouv][a-z]*", reading)]


def common_readings(character: str) -> list[str]:
    """The first reading of a character and its other common ones; [] when pypinyin does not know it."""
    phrases = counted().get(character, Counter())
    ranked = phrases.most_common()
    total = phrases.total()
    first = listed(character)[:1]
    if ranked and ranked[0][1] >= max(FIRST_PHRASES, FIRST_SHARE * total):
        first = [ranked[0][0]]
    least = max(COMMON_PHRASES, COMMON_SHARE * total)
    others = [reading for reading, count in ranked if count >= least]
    return list(dict.fromkeys(first + others))


def spoken() -> dict[str, tuple[str, ...]]:
    """The common readings of each character of the range, the first one first; () when none is known."""
    readings = {chr(code): tuple(common_readings(chr(code))) for code in range(FIRST, LAST + 1)}
    readings |= parse(BY_HAND)
    for pair in TRADITIONAL.split():
        readings[pair[0]] = readings[pair[1]]
    return readings


def within_words(readings: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Of each character that words have spoken otherwise: each such reading and its words, as in WORDS."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for word, syllables in with_traditional(parse(WORDS)).items():
        for character, syllable in zip(word, syllables, strict=True):
            if readings[character][0] != syllable:
                found[character][syllable].append(word)
    return {
        character: "; ".join(" ".join([syllable, *words]) for syllable, words in each.items())
        for character, each in found.items()
    }


def surnames() -> dict[str, str]:
    """The readings of each surname above, as in SURNAMES."""
    return {
        surname: ("/" if len(surname) == 1 else " ").join(syllables)
        for surname, syllables in with_traditional(parse(SURNAMES)).items()
    }


def generate() -> str:
    """The text of `crmcli/rules/syllables.py`."""
    readings = spoken()
    words = within_words(readings)
    # A character of a word is looked up too, though it may have no other reading elsewhere.
    others = {
        character: " ".join(each[1:])
        for character, each in readings.items()
        if len(each) > 1 or character in words
    }
    texts = [*map(" ".join, readings.values()), *words.values(), *surnames().values()]
    syllables = sorted(set(re.findall("[a-z]+", " ".join(texts))))
    signs = {syllable: chr(FIRST_SIGN + place) for place, syllable in enumerate(["", *syllables])}
    main = "".join(signs[each[0] if each else ""] for each in readings.values())
    return f'''"""Generated by `python -m tools.syllables`, mostly from pypinyin (MIT licence); never edited by hand."""

# fmt: off
# ruff: noqa: SIM905

# The syllables in use, without tones, ü written v; the first is that of a character whose reading is not known.
SYLLABLES = ("", *"""
{fill(" ".join(syllables), WIDTH)}
""".split())

# The main reading of each character from FIRST on, as a sign: the place of its syllable above, from FIRST_SIGN on.
FIRST = {FIRST:#x}
FIRST_SIGN = {FIRST_SIGN:#x}
MAIN = (
{lines(main[start : start + WIDTH] for start in range(0, len(main), WIDTH))})

# Of each character with several readings, the other common ones, the likelier first.
OTHERS = {{
{entries(others)}}}

# Of each character that some words have spoken otherwise: each such reading, and those words.
WORDS = {{
{entries(words)}}}

# Of each surname spoken otherwise than its characters: their readings, several of one character divided by "/".
SURNAMES = {{
{entries(surnames())}}}
'''


def lines(texts: Iterable[str]) -> str:
    """Each text as a literal on a line of its own."""
    return "".join(f'    "{text}"\n' for text in texts)


def entries(table: dict[str, str]) -> str:
    """The entries of a dictionary, each on a line of its own."""
    return "".join(f'    "{key}": "{value}",\n' for key, value in table.items())


def main() -> int:
    """Write `syllables.py`; with `--check` only say whether it is stale."""
    return write(TARGET, generate)


if __name__ == "__main__":
    sys.exit(main())
