"""What may be typed is named in one way in Chinese help: in Chinese, with the word that is stored in brackets behind it."""

import re
from pathlib import Path

from babel.messages.mofile import read_mo

from crmcli import locale
from tests.support import run_process

_WORDS = "high|core|call|given|open|save|basic|urgent|problem|price|funnel|escort|prospect|customers|birthday|always|next"
_OTHER_WAY = re.compile(
    rf"(?<![-\w{{:])(?:{_WORDS})(?: [\u4e00-\u9fff]+(?:、|，或|或 )|（[\u4e00-\u9fff]+）)"
)


def test_words_to_type_are_named_in_one_way() -> None:
    with (Path(locale.__file__).parent / "zh/LC_MESSAGES/crm.mo").open("rb") as file:
        told = [str(message.string) for message in read_mo(file) if message.id]
    assert len(told) > 2500
    assert [text for text in told if _OTHER_WAY.search(text)] == []
    assert _OTHER_WAY.search("意向度：high 高、medium 中、low 低。")
    assert _OTHER_WAY.search("是否同意：given（同意）、refused（拒绝）。")


def test_this_is_how() -> None:
    page = "".join(run_process("--lang zh add-customer --help").out.split())
    assert "核心客户（core）、潜力客户（potential）、普通客户（ordinary）" in page
