"""The service story as a Chinese speaker types and reads it, through the real program (HANDBOOK §13, CLI.md).

What scripts read is the English story's, key for key, but for the texts that were typed.
"""

import json
import os
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.contract.service_story import SERVICE, Answer, Story, here, tell
from tests.support import place_at

KINDS = (
    "响应时限", "反馈时限", "解决时限", "方案步骤", "方案确认", "进展通报", "任务", "满意度回访", "复盘",
)  # fmt: skip
TEXTS = {"all is well": "一切正常", "again": "再修一次"}
TYPED = TEXTS | dict(zip(SERVICE, KINDS, strict=True)) | {
    "core": "核心客户", "customer": "成交", "2024-01-01": "2024年1月1日", "problem": "问题", "urgent": "紧急", "call": "电话",
    "tomorrow": "明天", "2026-11-22": "后天", "2026-11-23": "下周一", "wechat": "微信", "technical": "技术", "2026-11": "2026年11月",
}  # fmt: skip
ASKED = ["due --days 7 --explain", "triage"]
"""What is looked at after every step; and besides:"""
LOOKED = {
    "received": ["triage --why n1"],
    "waiting": ["show n1"],
    "resolved": ["report service"],
    "surveyed": ["report satisfaction", "survey --list"],
    "confirmed": ["show n1", "report service", "report satisfaction", "show c1"],
    "undone": ["history n1"],
}


SCREENS = Path(__file__).with_suffix(".txt")
"""What is then seen; `python -m tests.contract.test_service_story_zh` writes it anew, to be read by whoever changed it."""


def test_from_the_first_call_to_the_last_word_in_chinese(tmp_path: Path) -> None:
    # Somebody in China who reads English; so both files have China's holidays from the first.
    english = Story(runs=here, asks=here, CRM_DB=str(tmp_path / "english.db"), LANG="zh_CN.UTF-8")
    steps = list(tell(english))
    chinese = Story("zh", TYPED, asks=here)
    shown = screens(chinese)
    assert [line[3:] for line in shown if line.startswith("## ")] == steps
    assert chinese.answers == [in_chinese(answer) for answer in english.answers]
    assert shown == SCREENS.read_text(encoding="utf-8").splitlines()


def screens(story: Story) -> list[str]:
    """What is told in the course of each step, and what is then looked at."""
    shown = []
    for step in tell(story):
        shown += [f"## {step}", *story.told]
        story.told.clear()
        for command in ASKED + LOOKED.get(step, []):
            shown += [f"$ crm {command}", *story.screen(command).splitlines()]
    return shown


def in_chinese(answer: Answer) -> Answer:
    """The answer that a Chinese speaker's script gets: with what was typed as it was typed."""
    return answer._replace(out="".join(_as_typed(line) for line in answer.out.splitlines(True)))


def _as_typed(line: str) -> str:
    if not line.startswith("{"):
        return line
    end = "\n" if line.endswith("\n") else ""
    return json.dumps(_translated(json.loads(line)), ensure_ascii=False) + end


def _translated(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _translated(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_translated(one) for one in value]
    if not isinstance(value, str):
        return value
    if name == "command":
        return _line(value)
    return TEXTS.get(value, value)


def _line(command: str) -> str:
    """A command line of the log with the words that were typed."""
    return shlex.join(
        [*shlex.split(command)[:2], *(TYPED.get(word, word) for word in shlex.split(command)[2:])]
    )


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        os.environ.update(place_at(Path(folder)))
        SCREENS.write_text("\n".join(screens(Story("zh", TYPED))) + "\n", encoding="utf-8")
