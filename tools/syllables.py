"""Freezes how Chinese characters are spoken to `crmcli/rules/syllables.py` (`python -m tools.syllables`).

The readings are pypinyin's (MIT licence), which costs 50 ms to import; what it gets wrong in the names of people,
companies and places is put right by hand here.
"""

import re
import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

TARGET = Path(__file__).parents[1] / "crmcli" / "rules" / "syllables.py"
FIRST, LAST = 0x4E00, 0x9FFF

# A reading is common when it is that of so many of its character's phrases, and the first one when of so many.
COMMON_SHARE, COMMON_PHRASES = 0.08, 3
FIRST_SHARE, FIRST_PHRASES = 0.7, 5

# The readings in names, the likeliest first, where idioms and classics (the phrases) or a dictionary's order mislead.
BY_HAND = """
阿 a e; 艾 ai; 薄 bo bao; 堡 bao bu; 骠 piao biao; 槟 bin bing; 玢 bin fen; 杓 shao biao; 掺 chan; 晟 sheng cheng
匙 chi shi; 豉 chi; 焯 zhuo chao; 绰 chuo; 啜 chuo; 澹 dan tan; 都 du dou; 度 du; 囤 tun dun; 垌 dong tong; 峒 dong tong
嗯 en; 番 fan pan; 冯 feng; 脯 fu pu; 纥 he ge; 蛤 ge ha; 桧 gui hui; 莞 guan wan; 郇 xun huan; 珩 heng hang; 鹄 hu gu
珲 hui hun; 奇 qi; 荠 ji qi; 藉 jie ji; 贾 jia; 桔 ju jie; 颉 jie xie; 靓 liang jing; 炅 jiong gui; 隽 jun juan; 浚 jun xun
筠 yun jun; 阚 kan; 傀 kui; 隗 wei kui; 栎 li yue; 蓼 liao lu; 泷 long shuang; 陆 lu; 漯 luo ta; 嬷 mo ma; 渑 mian sheng
缪 miao mou miu; 宓 mi fu; 呣 mu; 娜 na nuo; 祢 mi ni; 粘 zhan nian; 埔 pu bu; 朴 pu piao; 喷 pen; 峤 qiao jiao; 荨 qian xun
茜 qian xi; 茄 qie jia; 覃 qin tan; 湫 qiu jiao; 溱 qin zhen; 炔 que; 莎 sha suo; 厦 xia sha; 杉 shan sha; 歙 she xi
莘 shen xin; 椹 shen zhen; 裳 shang chang; 苕 shao tiao; 焘 tao dao; 骀 tai dai; 瑱 zhen tian; 钿 dian tian; 铤 ting ding
锬 tan; 镡 tan xin; 玟 min wen; 圩 wei xu; 蔚 wei yu; 涡 wo guo; 芎 xiong qiong; 芫 yuan yan; 荥 xing ying; 柚 you
铫 yao diao; 噷 hen; 扎 zha za; 轧 zha ya; 曾 zeng ceng; 翟 zhai di; 辗 zhan; 帧 zhen; 爪 zhua zhao; 枞 zong cong
柞 zuo zha; 咔 ka; 噢 o ao; 吖 a ya; 呷 xia ga; 郄 qie xi; 晁 chao; 蚌 bang beng; 谁 shei shui; 什 shi shen; 仔 zai zi
"""

# Words common in names, with a character that is spoken otherwise elsewhere.
WORDS = """
六安 lu an; 六合 lu he; 台州 tai zhou; 丽水 li shui; 蚌埠 beng bu; 厦门 xia men; 重庆 chong qing; 成都 cheng du; 长沙 chang sha
东莞 dong guan; 亳州 bo zhou; 番禺 pan yu; 乐清 yue qing; 乐亭 lao ting; 乐陵 lao ling; 乐山 le shan; 都江堰 du jiang yan
都匀 du yun; 昌都 chang du; 郫都 pi du; 东阿 dong e; 什邡 shi fang; 喀什 ka shi; 闵行 min hang; 太行 tai hang; 行唐 xing tang
朝阳 chao yang; 西藏 xi zang; 青藏 qing zang; 长子县 zhang zi xian; 长治 chang zhi; 长春 chang chun; 长江 chang jiang
长安 chang an; 大埔 da bu; 黄埔 huang pu; 单县 shan xian; 铅山 yan shan; 涡阳 guo yang; 枞阳 zong yang; 浚县 xun xian
歙县 she xian; 荥阳 xing yang; 荥经 ying jing; 蔚县 yu xian; 尉犁 yu li; 牟平 mu ping; 中牟 zhong mu; 犍为 qian wei
莘县 shen xian; 莘庄 xin zhuang; 会稽 kuai ji; 洪洞 hong tong; 繁峙 fan shi; 井陉 jing xing; 柏乡 bai xiang; 渑池 mian chi
珲春 hun chun; 龟兹 qiu ci; 宕昌 tan chang; 筠连 jun lian; 铜梁 tong liang; 漯河 luo he; 泌阳 bi yang; 盱眙 xu yi; 浒墅关 xu shu guan
鄱阳 po yang; 儋州 dan zhou; 阆中 lang zhong; 会泽 hui ze; 讷河 ne he; 洪泽 hong ze; 吴堡 wu bu; 解州 xie zhou; 万俟 mo qi
大厦 da sha; 广厦 guang sha; 商厦 shang sha; 高厦 gao sha; 华厦 hua sha; 银行 yin hang; 商行 shang hang; 车行 che hang
分行 fen hang; 支行 zhi hang; 总行 zong hang; 央行 yang hang; 洋行 yang hang; 行业 hang ye; 行情 hang qing; 同行 tong hang
自行车 zi xing che; 音乐 yin yue; 乐器 yue qi; 乐团 yue tuan; 乐队 yue dui; 乐谱 yue pu; 民乐 min yue; 爱乐 ai yue; 声乐 sheng yue
交响乐 jiao xiang yue; 管弦乐 guan xian yue; 器乐 qi yue; 会计 kuai ji; 财会 cai kuai; 成长 cheng zhang; 增长 zeng zhang
生长 sheng zhang; 家长 jia zhang; 董事长 dong shi zhang; 校长 xiao zhang; 行长 hang zhang; 院长 yuan zhang; 重构 chong gou
重塑 chong su; 重阳 chong yang; 双重 shuang chong; 九重 jiu chong; 空调 kong tiao; 调味 tiao wei; 调节 tiao jie; 调料 tiao liao
调理 tiao li; 调和 tiao he; 调试 tiao shi; 调酒 tiao jiu; 调色 tiao se; 协调 xie tiao; 烹调 peng tiao; 调解 tiao jie
朝晖 zhao hui; 朝霞 zhao xia; 朝华 zhao hua; 朝夕 zhao xi; 今朝 jin zhao; 藏药 zang yao; 藏医 zang yi; 藏族 zang zu; 藏香 zang xiang
藏文 zang wen; 宝藏 bao zang; 地藏 di zang; 人参 ren shen; 海参 hai shen; 参茸 shen rong; 丹参 dan shen; 党参 dang shen
洋参 yang shen; 红参 hong shen; 弹簧 tan huang; 弹性 tan xing; 弹力 tan li; 差旅 chai lv; 便宜 pian yi; 模具 mu ju; 模板 mu ban
模样 mu yang; 柏林 bo lin; 停泊 ting bo; 湖泊 hu po; 薄荷 bo he; 畜牧 xu mu; 畜产 xu chan; 畜禽 chu qin; 牲畜 sheng chu
校准 jiao zhun; 校验 jiao yan; 校正 jiao zheng; 率先 shuai xian; 表率 biao shuai; 传记 zhuan ji; 自传 zi zhuan; 着装 zhuo zhuang
切削 qie xue; 血压 xue ya; 扎染 za ran; 包扎 bao za; 人脉 ren mai; 美的 mei di; 的士 di shi; 给排水 ji pai shui; 供给 gong ji
补给 bu ji; 自给 zi ji; 大夫 dai fu; 阿胶 e jiao; 刹车 sha che; 古刹 gu cha; 咖喱 ga li; 呢绒 ni rong; 毛呢 mao ni
格栅 ge shan; 拓片 ta pian; 涤纶 di lun; 钥匙 yao shi; 还原 huan yuan; 还款 huan kuan; 称心 chen xin; 对称 dui chen; 露天 lu tian
"""

# Surnames with a reading of their own, several when families differ; longer ones where it shows.
SURNAMES = """
柏 bai; 薄 bo; 贲 ben; 秘 bi; 卜 bu; 晁 chao; 车 che; 谌 chen; 种 chong; 褚 chu; 都 du; 度 du; 费 fei; 冯 feng
干 gan; 盖 ge gai; 葛 ge; 句 gou; 过 guo; 炅 gui; 归 gui; 哈 ha; 郝 hao; 黑 he hei; 纪 ji; 祭 zhai; 贾 jia; 降 jiang
角 jiao; 强 qiang; 阚 kan; 隗 wei kui; 乐 yue le; 陆 lu; 逯 lu; 缪 miao; 宓 mi fu; 万 wan; 牟 mou mu; 那 na; 能 nai
佴 nai; 乜 nie; 粘 nian; 区 ou; 番 pan; 逄 pang; 繁 po; 朴 piao; 亓 qi; 覃 qin tan; 仇 qiu; 瞿 qu; 曲 qu; 任 ren; 撒 sa
塞 sai; 参 shen; 单 shan; 召 shao; 佘 she; 折 she; 厍 she; 莘 shen xin; 沈 shen; 盛 sheng; 石 shi; 宿 su; 相 xiang; 洗 xian
冼 xian; 解 xie; 省 xing; 行 xing; 郇 xun huan; 郗 xi chi; 郤 xi; 郄 qie xi; 燕 yan; 要 yao; 叶 ye; 尉 wei; 应 ying; 於 yu
员 yun; 贠 yun; 恽 yun; 臧 zang; 藏 zang; 曾 zeng; 查 zha; 翟 zhai di; 占 zhan; 长 chang; 仉 zhang; 朝 chao; 重 chong; 訾 zi
艾 ai; 阿 a; 刁 diao; 底 di; 斗 dou; 庹 tuo; 呙 guo; 仝 tong; 闫 yan; 令 ling; 会 gui; 系 xi; 适 shi; 校 xiao; 便 bian
尉迟 yu chi; 万俟 mo qi; 单于 chan yu; 长孙 zhang sun; 澹台 tan tai; 乐正 yue zheng; 乐羊 yue yang; 子车 zi ju; 句龙 gou long
吐谷浑 tu yu hun; 毌丘 guan qiu; 厍狄 she di; 尔朱 er zhu; 贺若 he re; 中行 zhong hang; 长鱼 zhang yu; 拓跋 tuo ba; 夏侯 xia hou
夹谷 jia gu; 谷梁 gu liang; 令狐 ling hu; 皇甫 huang fu; 冯翊 feng yi; 百里 bai li; 曲沃 qu wo; 行人 xing ren; 燕赤 yan chi
"""

# Each traditional character with its simplified form, from which it has its readings, words and surnames.
TRADITIONAL = """
長长 樂乐 單单 調调 會会 廈厦 參参 傳传 彈弹 還还 給给 屬属 覺觉 惡恶 沒没 稱称 係系 勁劲 脈脉 纖纤 剝剥 攢攒 賈贾 紮扎 陸陆 殼壳
顫颤 誰谁 檻槛 鐺铛 靚靓 綸纶 馮冯 鑰钥 柵栅 繆缪 區区 蓋盖 強强 褲裤 東东 門门 銀银 業业 團团 隊队 譜谱 愛爱 聲声 響响 計计 財财
銳锐 嶺岭 陽阳 慶庆 縣县 鉛铅 渦涡 樅枞 滎荥 經经 為为 莊庄 陘陉 連连 梁梁 鄱鄱 閬阆 澤泽 訥讷 吳吴 廣广 華华 車车 總总 構构
雙双 協协 酒酒 暉晖 藥药 醫医 寶宝 黨党 紅红 鋼钢 產产 準准 驗验 記记 裝装 壓压 補补 萬万 尉尉 遲迟 孫孙 臺台 爾尔 賀贺 後后
員员 貟贠 紀纪 費费 葉叶 應应 佔占 瀋沈 訾訾 國国 倫伦 園园 龜龟 茲兹 龍龙 穀谷 夾夹 適适 惲恽 諶谌 閆闫 闞阚 喬乔 濤涛 燾焘 嶠峤
琿珲 軋轧 輾辗 幀帧 噸吨 鍚钖 鈿钿 鋌铤 錟锬 鐔镡 銚铫 蕁荨 薺荠 檳槟 驃骠 摻掺 鵠鹄 檜桧 櫟栎 瀧泷 澠渑 頡颉 雋隽 蕘荛 獲获
滌涤 對对 塵尘 諧谐 體体 濰潍 賁贲 過过 歸归 紇纥 駘骀 啞哑 鋪铺 蔣蒋 關关 滸浒 許许 穌稣 儋儋 鹹咸 鄭郑 專专 麗丽 閔闵 呂吕
潔洁 黃黄 銅铜 獨独 節节 試试 簧簧 線线 貨货 氣气 輪轮 壩坝 駐驻 禪禅 積积 綽绰 緝缉 樣样 飾饰 嚮向 灣湾
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
    to_traditional = {
        ord(simplified): traditional for traditional, simplified in TRADITIONAL.split()
    }
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
