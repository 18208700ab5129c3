"""Encodings are found right on the whole file, not on its beginning (DESIGN §5)."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.exchange.encodings import Encoding, detect, named

CHINESE = "客户名称,电话,备注\r\n杭州星辰精密机械有限公司,13812345678,要求每季度回访一次\r\n镕基科技,010-62345678,联通\r\n"
GERMAN = "Name;Stadt;Straße\r\nMüller & Söhne;München;Königsallee 3\r\nJosé Núñez;Málaga;\r\n"


def written(folder: Path, data: bytes) -> Path:
    path = folder / "file.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "name", "guessed"),
    [
        (b"", "utf-8", False),
        (b"name,phone\nAcme,1\n", "utf-8", False),
        (CHINESE.encode("utf-8"), "utf-8", False),
        (CHINESE.encode("utf-8-sig"), "utf-8", False),
        (CHINESE.encode("gb18030"), "gb18030", True),
        (CHINESE.encode("gbk"), "gb18030", True),
        (b"\x84\x31\x95\x33" + CHINESE.encode("gb18030"), "gb18030", False),
        ("名称\n𠮷野家".encode("gb18030"), "gb18030", True),
        (CHINESE.encode("utf-16"), "utf-16", False),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), "utf-16", False),
        (CHINESE.encode("utf-16-le"), "utf-16-le", True),
        (CHINESE.encode("utf-16-be"), "utf-16-be", True),
        ("一,一\n一一,一一\n".encode("utf-16-le"), "utf-16-le", True),
        ("name\nAcme\n".encode("utf-16-le"), "utf-16-le", True),
        ("name\nAcme\n".encode("utf-16-be"), "utf-16-be", True),
        (CHINESE.encode("utf-32"), "utf-32", False),
        (GERMAN.encode("utf-8"), "utf-8", False),
        (GERMAN.encode("cp1252"), "cp1252", True),
        (GERMAN.encode("cp1252") + b"\x81 caf\xe9 x", "latin-1", True),
        (b"name\nAc\0me\n" + CHINESE.encode("utf-8"), "utf-8", False),
        (CHINESE.encode("utf-8")[:-3], "utf-8", True),
        (CHINESE.encode("utf-8") + b"\xff\n" + CHINESE.encode("utf-8"), "utf-8", True),
    ],
)
def test_table(tmp_path: Path, data: bytes, name: str, guessed: bool) -> None:
    assert detect(written(tmp_path, data)) == Encoding(name, guessed)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("before", [65_535, 65_536, 1_048_574, 1_048_575, 1_048_576, 3_000_000])
def test_chinese_that_comes_late_and_is_cut_by_a_chunk(
    tmp_path: Path, encoding: str, before: int
) -> None:
    data = b"x" * (before - 1) + b"\n" + "国客户名称𠮷".encode(encoding)
    assert detect(written(tmp_path, data)).name == encoding


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_every_offset_of_a_long_chinese_file(tmp_path: Path, encoding: str) -> None:
    body = ("杭州星辰精密机械有限公司" * 40_000).encode(encoding)
    for shift in range(3):
        assert detect(written(tmp_path, b"x" * shift + body)).name == encoding


@settings(max_examples=50)
@given(
    st.lists(st.text("客户名称杭州上海广州联通有限公司张王李abc123,\n", min_size=1), min_size=1),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]),
)
def test_what_is_detected_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], encoding: str
) -> None:
    text = "客户名称,电话,city\n" + "\n".join(lines)
    path = written(tmp_path_factory.mktemp("e"), text.encode(encoding))
    found = detect(path)
    assert path.read_bytes().decode(found.name).removeprefix("\ufeff") == text


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("UTF8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("GBK", "gb18030"),
        ("gb2312", "gb18030"),
        ("cp936", "gb18030"),
        ("big5", "big5"),
        (" latin-1 ", "iso8859-1"),
        ("UTF-16LE", "utf-16-le"),
    ],
)
def test_named(asked: str, name: str) -> None:
    assert named(asked) == Encoding(name)


@pytest.mark.parametrize(
    "asked", ["klingon", "", "base64", "rot13", "idna", "a\0b", "../x", "客户"]
)
def test_named_wrongly(asked: str) -> None:
    with pytest.raises(BadValue, match="not a known encoding"):
        named(asked)
