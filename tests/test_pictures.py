"""The pictures in the README are there, are small, and load nothing from elsewhere."""

import re
import struct
from pathlib import Path
from xml.etree import ElementTree

import pytest

from docs.pictures import MOST_BYTES, PICTURES, drawn

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
