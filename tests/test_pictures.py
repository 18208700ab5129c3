"""The pictures in the README are there, are small, load nothing from elsewhere, and show what there is to be seen now."""

import re
import struct
from pathlib import Path
from xml.etree import ElementTree

import pytest

from docs.pictures import (
    COLUMNS,
    LANGUAGES,
    MOST_BYTES,
    PICTURES,
    SHOTS,
    drawn,
    name_of,
    written_on,
)
from tests.contract.screens import fill_with_demo, screens, without_colours
from tests.contract.terminal import Terminal

ROOT = Path(__file__).resolve().parent.parent
SHOWN = re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", (ROOT / "README.md").read_text(encoding="utf-8"))


def test_every_picture_is_shown_with_what_is_on_it() -> None:
    assert {ROOT / path for _text, path in SHOWN} == set(PICTURES.iterdir())
    assert all(text for text, _path in SHOWN)


@pytest.mark.parametrize("path", [path for _text, path in SHOWN])
def test_a_picture_is_small_and_whole(path: str) -> None:
    content = (ROOT / path).read_bytes()
    assert len(content) <= MOST_BYTES
    if path.endswith(".svg"):
        ElementTree.fromstring(content)
        assert b"url(http" not in content
        assert b"@font-face" not in content
    else:
        assert content.startswith(b"\x89PNG\r\n\x1a\n")
        wide, high = struct.unpack(">II", content[16:24])
        assert wide >= 390 and high >= 1000
        assert content.endswith(b"IEND\xaeB`\x82")


def test_wide_signs_have_their_room_in_the_picture_of_a_terminal() -> None:
    picture = drawn("show", "张伟 ok\n")
    (wide,) = re.findall(r'textLength="([0-9.]+)"[^>]*>张伟<', picture)
    (narrow,) = re.findall(r'x="([0-9.]+)" y="20" textLength="[0-9.]+"[^>]*>&#160;ok<', picture)
    assert float(wide) == pytest.approx(4 * 12.2)
    assert float(narrow) == pytest.approx(4 * 12.2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_on_the_pictures_is_what_the_commands_print(language: str) -> None:
    fill_with_demo("me")
    still = [name for name, shot in SHOTS.items() if not shot.keys]
    commands = [SHOTS[name].command for name in still]
    shown = dict(
        zip(still, screens(commands, COLUMNS, CRM_LANG=language, CRM_ACTOR="me"), strict=True)
    )
    for name in SHOTS.keys() - shown.keys():
        shown[name] = _walked(name, language)
    for name, screen in shown.items():
        lines = (line for line in without_colours(screen).split("\n"))
        bare = [told for line in lines if (told := "".join(line.split()))]
        picture = (PICTURES / name_of(name, language)).read_text(encoding="utf-8")
        assert written_on(picture) == bare, f"the picture {name} is stale; run: make docs"


def _walked(name: str, language: str) -> str:
    shot = SHOTS[name]
    with Terminal(shot.command, COLUMNS, CRM_LANG=language, CRM_ACTOR="me") as person:
        for key in shot.keys:
            person.sees("[q] ")
            person.sees(" ")
            person.presses(key)
        assert person.leaves() == 0
        return person.screen


@pytest.mark.parametrize(
    ("name", "language", "words"),
    [
        ("day", "en", "thewholelist"), ("day", "zh", "今日待办"), ("due", "en", "payment of the order".replace(" ", "")), ("due", "zh", "到期日"),
        ("show", "en", "Missing:"), ("show", "zh", "缺失信息："), ("walk", "en", "[u]urgent"), ("walk", "zh", "[u]紧急"),
        ("report", "en", "satisfactionindex"), ("report", "zh", "满意度指数"),
    ],
)  # fmt: skip
def test_each_picture_speaks_its_language(name: str, language: str, words: str) -> None:
    assert words in "".join(written_on((PICTURES / name_of(name, language)).read_text("utf-8")))


def test_a_picture_that_is_stale_is_found_out() -> None:
    assert written_on(drawn("due", "c1   华东 <b>\n\n!! c2 & co\n")) == ["c1华东<b>", "!!c2&co"]
