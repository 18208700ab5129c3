"""vCards of every writer read as they were meant; what is broken in them stays where it is (DESIGN §5).

The cards are laid out to the letter as the programs named write them, with people nobody knows.
"""

import tracemalloc
from pathlib import Path

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.exchange.opening import open_source
from crmcli.exchange.source import How
from crmcli.exchange.vcard_out import card, cards
from crmcli.exchange.vcards import VCards
from tests.support import heavy

Cards = list[dict[str, str]]


def quoted(text: str, encoding: str = "utf-8") -> str:
    """Quoted-printable as phones write it: every byte that is no letter or digit."""
    return "".join(
        chr(byte) if chr(byte).isalnum() and byte < 128 else f"={byte:02X}"
        for byte in text.encode(encoding)
    )


def written(folder: Path, data: bytes | str, end: str = "\r\n") -> str:
    path = folder / "contacts.vcf"
    path.write_bytes(data if isinstance(data, bytes) else data.replace("\n", end).encode())
    return str(path)


def read(
    folder: Path, data: bytes | str, kind: str = "customers", encoding: str | None = None
) -> Cards:
    """The cards' cells that hold anything, by header."""
    with open_source(written(folder, data), How(kind, encoding)) as source:
        assert isinstance(source, VCards)
        return [
            {name: cell for name, cell in zip(source.headers, cells, strict=True) if cell}
            for _line, cells in source.rows()
        ]


def one(folder: Path, *lines: str, kind: str = "customers") -> dict[str, str]:
    """The cells of a card of these lines."""
    (found,) = read(folder, "\n".join(["BEGIN:VCARD", *lines, "END:VCARD", ""]), kind)
    return found


# --- as programs write them ---

ANDROID = f"""\
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{quoted("张")};{quoted("伟")};;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{quoted("伟 张")}
TEL;WORK:021-6234-5678
TEL;CELL;PREF:1-380-000-1111
TEL;WORK;FAX:021-6234-5679
TEL;X-传真:021-6234-5680
TEL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,{quoted("传真")}):021-6234-5681
EMAIL;WORK:zhangwei@example.com
ORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=8D=8E=E4=B8=9C=E7=B2=BE=E5=B7=A5=E6=9C=89=E9=
=99=90=E5=85=AC=E5=8F=B8
TITLE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{quoted("采购经理")}
ADR;WORK;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;;{quoted("上海市张江路1号")};;;;
URL:www.example.com
PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDA
 gICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/2wBDAQICAgIC

NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{quoted("爱喝茶")}=0D=0A{quoted("周三不在")}
BDAY:1980-05-20
X-ANDROID-CUSTOM;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:vnd.android.cursor.item/nickname;{quoted("小张")};1;;;;;;;;;;;;;
X-QQ:12345678
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;{quoted("赵师傅")};;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{quoted("赵师傅")}
TEL;CELL:13900002222
TEL;HOME:010-6234-0000
END:VCARD
"""

IPHONE = """\
BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//iPhone OS 17.4.1//EN
N:李;雷;;;
FN:李雷
ORG:某某科技（深圳）有限公司;研发部
TITLE:技术总监
item1.EMAIL;type=INTERNET:lei@qq.com
item1.X-ABLabel:小号
EMAIL;type=INTERNET;type=WORK;type=pref:lilei@example.com
TEL;type=WORK;type=VOICE:0755-8660 0000
TEL;type=CELL;type=VOICE;type=pref:+86 139 0000 2222
TEL;type=WORK;type=FAX:0755-8660 0001
item2.TEL:0755-8660 0002
item2.X-ABLabel:传真
item3.TEL:0755-8660 0003
item3.X-ABLabel:_$!<WorkFAX>!$_
item4.ADR;type=WORK;type=pref:;;南山区科技园路1号\\n3栋502;深圳市;广东省;518000;中国
item4.X-ABADR:cn
X-SOCIALPROFILE;type=Wechat;x-user=lilei-88:x-apple:lilei-88
IMPP;X-SERVICE-TYPE=QQ;type=HOME;type=pref:x-apple:12345678
item5.URL;type=pref:http\\://www.example.com
item5.X-ABLabel:_$!<HomePage>!$_
BDAY;value=date;X-APPLE-OMIT-YEAR=1604:1604-05-20
NOTE:第一行\\n第二行\\, 逗号\\; 分号\\\\
PHOTO;ENCODING=b;TYPE=JPEG;X-ABCROP-RECTANGLE=ABClipRect_1&0&0&320&320&abc==:/9j/
 4AAQSkZJRgABAQAASABIAAD/4QBARXhpZgAATU0AKgAAAAgAAYdpAAQAAAABAAAAGgAAAAAAAqACA
UID:5AD380FD-B2DE-4261-BA99-DE1D1DB52FBE
X-ABUID:5AD380FD-B2DE-4261-BA99-DE1D1DB52FBE:ABPerson
REV:2024-03-01T08:00:00Z
END:VCARD
BEGIN:VCARD
VERSION:3.0
N:;;;;
FN:某某科技（深圳）有限公司
ORG:某某科技（深圳）有限公司;
TEL;type=WORK;type=VOICE;type=pref:0755-8660 0000
UID:11111111-B2DE-4261-BA99-DE1D1DB52FBE
X-ABShowAs:COMPANY
END:VCARD
BEGIN:VCARD
VERSION:3.0
N:同事;;;;
FN:同事
X-ADDRESSBOOKSERVER-KIND:group
X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:5AD380FD-B2DE-4261-BA99-DE1D1DB52FBE
END:VCARD
"""

GOOGLE = """\
BEGIN:VCARD
VERSION:3.0
FN:Ann B. Lee
N:Lee;Ann;B.;;
NICKNAME:Annie
EMAIL;TYPE=INTERNET;TYPE=HOME:ann.lee@gmail.com
EMAIL;TYPE=INTERNET;TYPE=WORK:ann@acme.com
TEL;TYPE=CELL:+1 415-555-0104
item1.TEL:+1 415-555-0199
item1.X-ABLabel:Assistant
ADR;TYPE=WORK:;;1 Main St;San Francisco;CA;94105;US
item2.ORG:Acme, Inc.
item2.TITLE:Buyer
item3.URL:http\\://www.google.com/profiles/123
item3.X-ABLabel:PROFILE
BDAY:19900102
PHOTO:https\\://lh3.googleusercontent.com/contacts/abc
CATEGORIES:VIP,Fair 2024,myContacts
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:
N:;;;;
EMAIL;TYPE=INTERNET:someone@example.com
CATEGORIES:myContacts
END:VCARD
"""

OUTLOOK = """\
BEGIN:VCARD
VERSION:2.1
N;LANGUAGE=zh-cn;CHARSET=gb2312:王;芳
FN;CHARSET=gb2312:王芳
ORG;CHARSET=gb2312:北京某某贸易有限公司;市场部
TITLE;CHARSET=gb2312:市场总监
NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=gb2312:=B3=CB=B5=E7=CC=DD=0D=0A=
=0D=0A=
=B5=BD3=C2=A5=0D=0A

TEL;WORK;VOICE:(010) 6234-5678
TEL;CELL;VOICE:13700003333
TEL;WORK;FAX:(010) 6234-5679
ADR;WORK;PREF;CHARSET=gb2312:;;建国路88号;北京;;100022;中华人民共和国
LABEL;WORK;PREF;ENCODING=QUOTED-PRINTABLE;CHARSET=gb2312:=BD=A8=B9=FA=C2=B788=BA=C5=0D=0A=
=0D=0A=
100022

X-MS-OL-DEFAULT-POSTAL-ADDRESS:2
URL;WORK:www.example.cn
BDAY:19850312
KEY;X509;ENCODING=BASE64:
    MIIDITCCAoqgAwIBAgIQT52W2WawmStUwpV8tBV9TTANBgkqhkiG9w0BAQUFADBMMQswCQYDVQQG
    EwJaQTElMCMGA1UEChMcVGhhd3RlIENvbnN1bHRpbmcgKFB0eSkgTHRkLjEWMBQGA1UEAxMNVGhh

EMAIL;PREF;INTERNET:wangfang@example.cn
EMAIL;X400:/o=First Organization/ou=Exchange/cn=Recipients/cn=wf
X-MS-IMADDRESS:wf@example.cn
X-MS-OL-DESIGN;CHARSET=utf-8:<card xmlns="http://schemas.microsoft.com/office/outlook/12/electronicbusinesscards" ver="1.0" layout="left"><fld xmlns="" prop="name" align="left"/></card>
PHOTO;TYPE=JPEG;ENCODING=BASE64:
 /9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcU
 FhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUoKSj/2wBDAQcHBwoIChMKChMoGhYaKCgoKCgo

REV:20200424T104242Z

END:VCARD
""".encode("gbk").replace(b"\n", b"\r\n")

LOTUS = """\
BEGIN:VCARD
VERSION:3.0
PRODID:-//Lotus Development Corporation//NONSGML Notes 8.5//EN_C
N:Doe;John;Johny;Mr.;I
FN:Mr. Doe John I Johny
NICKNAME:Johny,JayJay
ORG:IBM;SUN
TITLE:Generic Accountant
EMAIL;type=INTERNET;type=WORK;type=pref:john.doe@example.com
EMAIL;type=INTERNET;type=WORK:billy_bob@example.com
TEL;type=CELL;type=VOICE;type=pref:+1 (212) 204-3445
TEL;type=WORK;type=FAX:00-1-212-555-7777
item1.ADR;type=HOME;type=pref:;;25334\\nSouth cresent drive\\, Building 5\\, 3rd
  floor;New York;New York;NYC887;U.S.A.
item1.X-ABADR:us
NOTE:IN NO EVENT SHALL THE AUTHOR BE LIABLE\\, WHETHER
  IN CONTRACT\\, STRICT LIABILITY\\, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE)\\nA
 RISING IN ANY WAY.
this line has lost its property
X-GENERATOR:Cardme Generator
BDAY;value=date:1980-05-21
PHOTO;BASE64;TYPE=JPEG:
  /9j/4QBARXhpZgAATU0AKgAAAAgAAYdpAAQAAAABAAAAGgAAAAAAAqACAAQAAAABAAAAyKADAAQA
  AAABAAAAyAAAAAD/2wBDAAIBAQIBAQICAQICAgICAwUDAwMDAwYEBAMFBwYHBwcGBgYHCAsJBwgK
UID:0e7602cc-443e-4b82-b4b1-90f62f99a199
GEO:-2.6;3.4
CLASS:Public
PROFILE:VCARD
TZ:1:00
END:VCARD
"""

NOKIA = f"""\
BEGIN:VCARD
VERSION:2.1
REV:20110224T081520Z
UID:aac119d5fe3bc9dc-00e17913379d6cc8-3
N;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:{quoted("陈")};{quoted("静")}
ORG;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:{quoted("广州某某厂")};
TEL;VOICE;CELL:+8613600004444
TEL;VOICE:020-83330000
EMAIL;INTERNET:chenjing@example.cn
NOTE;ENCODING=QUOTED-PRINTABLE:=0D=0A=
=0D=0A=

X-CLASS:private
END:VCARD
"""

XIAOMI = """\
BEGIN:VCARD
VERSION:3.0
FN;CHARSET=UTF-8:周杰
N;CHARSET=UTF-8:周;杰;;;
TEL;TYPE=CELL:135 0000 5555
X-WECHAT:zhou_jie
NOTE;CHARSET=UTF-8:展会认识
X-MIUI-CUSTOM:1
END:VCARD
"""

SONY_ERICSSON = f"""\
BEGIN:VCARD
VERSION:2.1
X-ESI-CATEGORIES;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E6=9C=AA=E8=AE=BE=
=E5=AE=9A=E7=BE=A4=E7=BB=84
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{quoted("吴")}
TEL;CELL:13050550556
X-IRMC-LUID:000200000102
END:VCARD
"""


@pytest.mark.parametrize(
    ("data", "found"),
    [
        pytest.param(
            ANDROID,
            [
                {
                    "name": "华东精工有限公司", "person": "张伟", "title": "采购经理", "person_phone": "1-380-000-1111; 021-6234-5678",
                    "person_email": "zhangwei@example.com", "address": "上海市张江路1号", "note": "爱喝茶\n周三不在",
                },
                {"person": "赵师傅", "person_phone": "13900002222; 010-6234-0000"},
            ],
            id="Android",
        ),
        pytest.param(
            IPHONE,
            [
                {
                    "name": "某某科技（深圳）有限公司", "person": "李雷", "title": "技术总监",
                    "person_phone": "+86 139 0000 2222; 0755-8660 0000", "person_email": "lilei@example.com; lei@qq.com",
                    "wechat": "lilei-88", "address": "广东省深圳市南山区科技园路1号3栋502 518000", "city": "深圳市",
                    "note": "第一行\n第二行, 逗号; 分号\\",
                },
                {"name": "某某科技（深圳）有限公司", "phone": "0755-8660 0000"},
            ],
            id="iPhone and iCloud",
        ),
        pytest.param(
            GOOGLE,
            [
                {
                    "name": "Acme, Inc.", "person": "Ann B. Lee", "title": "Buyer", "person_phone": "+1 415-555-0104; +1 415-555-0199",
                    "person_email": "ann.lee@gmail.com; ann@acme.com", "address": "1 Main St, San Francisco, CA 94105, US",
                    "city": "San Francisco", "tags": "VIP; Fair 2024",
                },
                {"person_email": "someone@example.com"},
            ],
            id="Google Takeout",
        ),
        pytest.param(
            OUTLOOK,
            [
                {
                    "name": "北京某某贸易有限公司", "person": "王芳", "title": "市场总监", "person_phone": "13700003333; (010) 6234-5678",
                    "person_email": "wangfang@example.cn", "address": "北京建国路88号 100022", "city": "北京",
                    "note": "乘电梯\n\n到3楼",
                }
            ],
            id="Outlook in Chinese",
        ),
        pytest.param(
            LOTUS,
            [
                {
                    "name": "IBM", "person": "Mr. Doe John I Johny", "title": "Generic Accountant", "person_phone": "+1 (212) 204-3445",
                    "person_email": "john.doe@example.com; billy_bob@example.com",
                    "address": "25334, South cresent drive, Building 5, 3rd floor, New York, New York NYC887, U.S.A.", "city": "New York",
                    "note": "IN NO EVENT SHALL THE AUTHOR BE LIABLE, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING"
                    " NEGLIGENCE OR OTHERWISE)\nARISING IN ANY WAY.",
                }
            ],
            id="Lotus Notes",
        ),
        pytest.param(
            NOKIA,
            [{"name": "广州某某厂", "person": "陈静", "person_phone": "+8613600004444; 020-83330000", "person_email": "chenjing@example.cn"}],
            id="Nokia",
        ),
        pytest.param(
            XIAOMI,
            [{"person": "周杰", "person_phone": "135 0000 5555", "wechat": "zhou_jie", "note": "展会认识"}],
            id="Xiaomi",
        ),
        pytest.param(SONY_ERICSSON, [{"person": "吴", "person_phone": "13050550556"}], id="Sony Ericsson"),
    ],
)  # fmt: skip
def test_cards_as_programs_write_them(tmp_path: Path, data: str | bytes, found: Cards) -> None:
    assert read(tmp_path, data) == found


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_line_ends_and_encodings_of_the_whole_file(tmp_path: Path, end: str, encoding: str) -> None:
    expected = read(tmp_path, ANDROID + IPHONE)
    assert read(tmp_path, (ANDROID + IPHONE).replace("\n", end).encode(encoding)) == expected


def test_what_the_source_says_of_itself(tmp_path: Path) -> None:
    with open_source(written(tmp_path, "\n\n" + ANDROID), How()) as source:
        assert (source.format, source.encoding, source.guessed) == ("vcard", "utf-8", False)
        assert source.is_phone_book and source.damaged == {}
        rows = list(source.rows())
        assert [line for line, _ in rows] == [3, 26]
        assert {len(cells) for _, cells in rows} == {len(source.headers)}
        assert source.tell() == source.size
        assert list(source.rows()) == rows
        assert next(source.rows()) == rows[0]
        assert list(source.rows()) == rows


def test_people_have_birthdays_and_the_numbers_of_their_cards(tmp_path: Path) -> None:
    assert read(tmp_path, IPHONE, "people") == [
        {
            "customer": "某某科技（深圳）有限公司", "name": "李雷", "title": "技术总监", "phone": "+86 139 0000 2222; 0755-8660 0000",
            "email": "lilei@example.com; lei@qq.com", "wechat": "lilei-88", "birthday": "05-20",
            "note": "第一行\n第二行, 逗号; 分号\\", "external_id": "5AD380FD-B2DE-4261-BA99-DE1D1DB52FBE",
        }
    ]  # fmt: skip
    assert [each["birthday"] for each in read(tmp_path, ANDROID, "people")[:1]] == ["1980-05-20"]


@pytest.mark.parametrize(
    "kind", ["interactions", "orders", "needs", "tasks", "promises", "surveys"]
)
def test_vcards_hold_nothing_but_people(tmp_path: Path, kind: str) -> None:
    with pytest.raises(
        BadValue, match=f"vCards, which hold people, not {kind}; import it as customers"
    ):
        read(tmp_path, XIAOMI, kind)


# --- encodings, property by property ---

MIXED = b"""\
BEGIN:VCARD
VERSION:2.1
N;CHARSET=GBK:%(gbk)s
ORG:%(utf)s
TITLE;CHARSET=BIG5:%(big)s
NOTE;CHARSET=NONSENSE:%(utf)s
END:VCARD
"""


def test_each_property_is_in_the_encoding_it_declares(tmp_path: Path) -> None:
    data = MIXED % {
        b"gbk": "张猫".encode("gbk"),
        b"utf": "联通公司".encode(),
        b"big": "採購經理".encode("big5"),
    }
    assert read(tmp_path, data) == [
        {"name": "联通公司", "person": "张猫", "title": "採購經理", "note": "联通公司"}
    ]


@pytest.mark.parametrize("encoding", ["gbk", "gb18030"])
def test_undeclared_gbk_is_found_and_said(tmp_path: Path, encoding: str) -> None:
    text = (
        "BEGIN:VCARD\nVERSION:2.1\nN:猫;小\nORG:联通华东公司\nADR:;;张江路１号;上海;;;\nEND:VCARD\n"
    )
    with open_source(written(tmp_path, text.encode(encoding)), How()) as source:
        assert (source.encoding, source.guessed) == ("gb18030", True)
    assert read(tmp_path, text.encode(encoding)) == [
        {"name": "联通华东公司", "person": "猫小", "address": "张江路１号", "city": "上海"}
    ]


def test_an_encoding_that_is_named_rules(tmp_path: Path) -> None:
    text = "BEGIN:VCARD\nN:Müller;Jörg\nTEL:12345678\nEND:VCARD\n"
    assert read(tmp_path, text.encode("cp1252"), encoding="cp1252")[0]["person"] == "Jörg Müller"
    assert read(tmp_path, text.encode("cp850"), encoding="cp850")[0]["person"] == "Jörg Müller"
    with pytest.raises(BadValue, match="is not in utf-8; leave --encoding out"):
        read(tmp_path, text.encode("cp1252"), encoding="utf-8")


def test_western_letters_undeclared(tmp_path: Path) -> None:
    assert read(tmp_path, "BEGIN:VCARD\nN:Müller;Jörg\nEND:VCARD\n".encode("latin-1")) == [
        {"person": "Jörg Müller"}
    ]


@pytest.mark.parametrize("width", [1, 2, 3, 7, 30])
def test_folds_by_bytes_within_a_character(tmp_path: Path, width: int) -> None:
    value = "NOTE:" + "客户喜欢喝茶，下周三再打电话。" * 3
    data = value.encode()
    pieces = [data[:5], *(data[at : at + width] for at in range(5, len(data), width))]
    card = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\n" + b"\r\n ".join(pieces) + b"\r\nEND:VCARD\r\n"
    assert read(tmp_path, card) == [{"person": "A", "note": value[5:]}]


@pytest.mark.parametrize("width", [3, 6, 9, 75])
def test_soft_breaks_within_a_character(tmp_path: Path, width: int) -> None:
    value = "".join(f"={byte:02X}" for byte in "中华人民共和国".encode())
    value = "=\n".join(value[at : at + width] for at in range(0, len(value), width))
    assert one(tmp_path, f"FN;ENCODING=QUOTED-PRINTABLE:{value}") == {"person": "中华人民共和国"}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("FN;ENCODING=B;CHARSET=UTF-8:5byg5Lyf", "张伟"),
        ("FN;BASE64:5byg\n 5Lyf", "张伟"),
        ("FN;ENCODING=BASE64;CHARSET=GBK:1cXOsA==", "张伟"),
        ("FN;QUOTED-PRINTABLE:=E5=BC=A0=E4=BC=9F", "张伟"),
        ("fn;charset=utf-8;encoding=quoted-printable:=e5=bc=a0=e4=bc=9f", "张伟"),
        ('FN;LANGUAGE="zh:cn;x":张伟', "张伟"),
        ("FN:  张伟  ", "张伟"),
        ("item1.FN:张伟", "张伟"),
        ("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0=E4=BC=9F=E4=BC", "张伟"),  # cut
        ("N:张;伟", "张伟"),
        ("N:;张伟;;;", "张伟"),
        ("N:张伟;;;;\nFN:", "张伟"),
        ("FN:伟 张\nN:张;伟;;;", "张伟"),
        ("FN:张 伟\nN:张;伟;;;", "张伟"),
        ("FN:张伟（采购）\nN:张;伟;;;", "张伟（采购）"),
        ("N:Lee;Ann;Beth;Dr.;Jr.", "Ann Beth Lee"),
        ("N:Lee\\;Smith;Ann", "Ann Lee;Smith"),
        ("N:Lee\\\\;Ann", "Ann Lee\\"),
        ("NICKNAME:老张", "老张"),
        ("FN:A\\,B", "A,B"),
    ],
)
def test_names(tmp_path: Path, line: str, name: str) -> None:
    assert one(tmp_path, line, "NOTE:x") == {"person": name, "note": "x"}


@pytest.mark.parametrize(
    ("lines", "phones"),
    [
        ("TEL;CELL;VOICE:13800001111", "13800001111"),
        ("TEL:010-62345678\nTEL;HOME:010-62345679\nTEL;TYPE=CELL:13800001111", "13800001111; 010-62345678; 010-62345679"),
        ("TEL;TYPE=home:010-62345678\nTEL;TYPE=work,pref:010-62345679", "010-62345679; 010-62345678"),
        ('TEL;VALUE=uri;PREF=1;TYPE="voice,cell":tel:+86-138-0000-1111', "+86-138-0000-1111"),
        ("TEL;VALUE=uri:tel:+86-21-62345678;ext=801", "+86-21-62345678 ext 801"),
        ("TEL;VALUE=uri:sip:ann@example.com\nTEL:13800001111", "13800001111"),
        ("TEL;FAX:010-62345678\nTEL;TYPE=PAGER:127-1234567", ""),
        ("TEL;TYPE=VOICE,FAX:010-62345678", "010-62345678"),
        ("TEL:13800001111\nTEL;WORK:13800001111", "13800001111"),
        ("TEL:95588", "95588"),
        ("TEL:\nTEL:13800001111", "13800001111"),
        ("TEL;TYPE=;:13800001111", "13800001111"),
    ],
)  # fmt: skip
def test_phones(tmp_path: Path, lines: str, phones: str) -> None:
    assert one(tmp_path, "FN:A", *lines.split("\n")).get("person_phone", "") == phones


@pytest.mark.parametrize(
    ("line", "account"),
    [
        ("X-WECHAT:zw88", "zw88"),
        ("X-WEIXIN;TYPE=HOME:zw88", "zw88"),
        ("IMPP;X-SERVICE-TYPE=WeChat;type=pref:x-apple:zw88", "zw88"),
        ("IMPP:wechat:zw%2088", "zw 88"),
        ("IMPP:weixin://zw88", "zw88"),
        ("item1.IMPP:x-apple:zw88\nitem1.X-ABLabel:微信", "zw88"),
        ("X-SOCIALPROFILE;type=Wechat;x-user=zw88:x-apple:13800001111", "zw88"),
        ("X-SOCIALPROFILE;TYPE=WECHAT:zw88", "zw88"),
        ("item4.X-SOCIALPROFILE;type=wechat:x-apple://com.apple.social.wechat?username=zw88\nitem4.X-ABLabel:_$!<x>!$_", "zw88"),
        ("X-SOCIALPROFILE;type=wechat:https://u.wechat.com/abc", ""),
        ("X-SOCIALPROFILE;type=twitter:https://twitter.com/ann", ""),
        ("IMPP;X-SERVICE-TYPE=QQ:x-apple:12345", ""),
        ("X-QQ:12345", ""),
    ],
)  # fmt: skip
def test_wechat(tmp_path: Path, line: str, account: str) -> None:
    assert one(tmp_path, "FN:A", *line.split("\n")).get("wechat", "") == account


@pytest.mark.parametrize(
    ("lines", "address", "city"),
    [
        ("ADR:;;张江路1号;上海市;;201203;中国", "上海市张江路1号 201203", "上海市"),
        ("ADR:;;上海市张江路1号;上海市;上海市;;", "上海市张江路1号", "上海市"),
        ("ADR:;;张江路1号;;上海市;;", "上海市张江路1号", "上海市"),
        ("ADR:;5楼;科技园路1号;深圳市;广东省;;中国", "广东省深圳市科技园路1号5楼", "深圳市"),
        ("ADR:;;銀座1-1;東京;;104-0061;日本", "日本東京銀座1-1 104-0061", "東京"),
        ("ADR;TYPE=HOME:;;Home St;Oslo;;;\nADR;TYPE=WORK:;;Work St;Bergen;;;", "Work St", "Bergen"),
        ("ADR:;;;Oslo;;;", "", "Oslo"),
        ("ADR:;;1 Main St;Oslo", "1 Main St", "Oslo"),
        ("ADR:PO Box 7;Floor 2;1 Main St;Oslo;;0150;Norway", "1 Main St, Floor 2, PO Box 7, Oslo, 0150, Norway", "Oslo"),
        ("ADR:just one line", "just one line", ""),
        ("ADR:;;;;;;", "", ""),
    ],
)  # fmt: skip
def test_addresses(tmp_path: Path, lines: str, address: str, city: str) -> None:
    found = one(tmp_path, "FN:A", *lines.split("\n"))
    assert (found.get("address", ""), found.get("city", "")) == (address, city)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("BDAY:19900102", "1990-01-02"),
        ("BDAY:1990-01-02", "1990-01-02"),
        ("BDAY:1990/1/2", "1990-01-02"),
        ("BDAY:1990-01-02T13:30:00Z", "1990-01-02"),
        ("BDAY:19900102T133000Z", "1990-01-02"),
        ("BDAY;VALUE=date-time:1990-01-02 00:00:00", "1990-01-02"),
        ("BDAY:--0102", "01-02"),
        ("BDAY:--01-02", "01-02"),
        ("BDAY:--0229", "02-29"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-01-02", "01-02"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:16040102", "01-02"),
        ("BDAY:1990年1月2日", "1990-01-02"),
        ("BDAY:", ""),
        ("BDAY:---02", ""),
        ("BDAY:1990-01", ""),
        ("BDAY:1990-02-30", ""),
        ("BDAY;VALUE=text:circa 1800", ""),
    ],
)
def test_birthdays(tmp_path: Path, line: str, day: str) -> None:
    assert one(tmp_path, "FN:A", line, kind="people").get("birthday", "") == day


OURS = "PRODID:-//crm//crm for the terminal//EN\n"


@pytest.mark.parametrize(
    ("lines", "name", "person", "number"),
    [
        ("FN:Ann\nUID:7", "", "Ann", "7"),
        ("FN:Ann\nORG:Acme\nUID:7", "Acme", "Ann", ""),
        ("FN:Ann\nORG:;Sales\nUID:7", "", "Ann", "7"),
        ("FN:Acme\nORG:Acme\nUID:7", "Acme", "", ""),
        ("N:Acme;;;;\nORG:Acme;Sales", "Acme", "", ""),
        ("ORG:Acme", "Acme", "", ""),
        ("FN:Acme\nX-ABShowAs:COMPANY", "Acme", "", ""),
        ("KIND:org\nFN:Acme\nUID:7", "Acme", "", "7"),
        ("FN:Acme\nX-ABShowAs:COMPANY\nUID:7", "Acme", "", ""),
        (f"{OURS}FN:Acme\nORG:Acme\nX-ABShowAs:COMPANY\nUID:7", "Acme", "", "7"),
        (f"{OURS}FN:Acme\nORG:Acme\nUID:7", "Acme", "", "7"),
        (f"{OURS}FN:Acme\nORG:Acme\nX-ABShowAs:COMPANY\nUID:urn:crm:c7", "Acme", "", ""),
        (f"{OURS}FN:Ann\nORG:Acme\nUID:7", "Acme", "Ann", ""),
        ("PRODID:-//Other//EN\nFN:Acme\nORG:Acme\nUID:7", "Acme", "", ""),
        ("FN:Ann\nUID:urn:crm:h3", "", "Ann", ""),
        ("FN:Ann\nUID:urn:uuid:4fbe8971", "", "Ann", "urn:uuid:4fbe8971"),
        ("FN:Ann\nORG:\nORG:Acme\\, Inc.;R\\;D", "Acme, Inc.", "Ann", ""),
    ],
)
def test_companies_and_people(
    tmp_path: Path, lines: str, name: str, person: str, number: str
) -> None:
    found = one(tmp_path, *lines.split("\n"))
    assert [found.get(each, "") for each in ("name", "person", "external_id")] == [
        name,
        person,
        number,
    ]


def test_a_fold_stands_before_a_space_in_2_1_and_brings_one_since(tmp_path: Path) -> None:
    folded = ["FN:A", "NOTE:one", " two", "\tthree"]
    assert one(tmp_path, "VERSION:2.1", *folded)["note"] == "one two\tthree"
    assert one(tmp_path, "VERSION:3.0", *folded)["note"] == "onetwothree"
    both = "BEGIN:VCARD\nVERSION:2.1\nEND:VCARD\nBEGIN:VCARD\n{}\nEND:VCARD\n"
    assert read(tmp_path, both.format("\n".join(folded)))[0]["note"] == "onetwothree"


def test_titles(tmp_path: Path) -> None:
    written_as = ["TITLE:Buyer\nROLE:Decider", "ROLE:Decider", "ORG:Acme;Sales;East"]
    titles = [one(tmp_path, "FN:A", *lines.split("\n"))["title"] for lines in written_as]
    assert titles == ["Buyer", "Decider", "Sales"]


# --- what is broken ---


def test_cards_without_end_within_others_and_between_them(tmp_path: Path) -> None:
    text = """\
BEGIN:VCARD
FN:No end
TEL:13800000001
BEGIN:VCARD
FN:Boss
AGENT:
BEGIN:VCARD
FN:Assistant
AGENT:
BEGIN:VCARD
FN:Assistant's
END:VCARD
TEL:13800000002
END:VCARD
TEL:13800000003
END:VCARD
Subject: junk between
begin:vcard
fn:Other boss
AGENT:BEGIN:VCARD\\nFN:Susan\\nEND:VCARD\\n
tel:13800000004
end:vcard
BEGIN:VCARD
END:VCARD
BEGIN:VCARD
FN:Third
AGENT:
BEGIN:VCARD
FN:Never closed
BEGIN:VCARD
FN:Last, cut off
TEL:1380000"""
    found = [(each["person"], each.get("person_phone")) for each in read(tmp_path, text)]
    assert found == [
        ("No end", "13800000001"),
        ("Boss", "13800000003"),
        ("Other boss", "13800000004"),
        ("Third", None),
        ("Last, cut off", "1380000"),
    ]


def test_bad_lines_are_left_out_and_told(tmp_path: Path) -> None:
    text = """\
BEGIN:VCARD
VERSION:3.0
FN:Ann
this is no property
TEL:13800001111
=?garbage
TITLE;ENCODING=B:!!!!a
BDAY:some day
NOTE:kept
END:VCARD
"""
    with open_source(written(tmp_path, text), How("people")) as source:
        rows = list(source.rows())
        again = list(source.rows())
        told = [note.sentence() for note in source.notes]
    assert rows == again == [(1, ["", "Ann", "", "13800001111", "", "", "", "kept", ""])]
    assert told == ["parts of the vCards cannot be used and are left out (line 4, 6, 7, 1)"]


def test_birthdays_of_customers_are_told(tmp_path: Path) -> None:
    path = written(tmp_path, IPHONE)
    with open_source(path, How()) as source:
        list(source.rows())
        assert [note.sentence() for note in source.notes] == [
            f"birthdays are left out; import {path} once more with --as people to have them"
        ]


def test_photos_are_passed_over_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "contacts.vcf"
    with path.open("wb") as file:
        file.write(b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nPHOTO;ENCODING=b:")
        for _ in range(50):
            file.write(b"A" * (1 << 20))
        file.write(b"\r\nNOTE:" + b"n" * (1 << 20) + b"\r\nX-LONG;ENCODING=QUOTED-PRINTABLE:")
        for _ in range(100_000):
            file.write(b"=41" * 25 + b"=\r\n")
        file.write(b"=41\r\nTEL:13800001111\r\nTITLE:" + b"t" * (5 << 20) + b"\r\nEND:VCARD\r\n")
    tracemalloc.start()
    try:
        with open_source(str(path), How()) as source:
            ((_line, cells),) = source.rows()
            row = dict(zip(source.headers, cells, strict=True))
            told = [note.sentence() for note in source.notes]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (row["person"], row["person_phone"], len(row["note"])) == ("Ann", "13800001111", 1 << 20)
    assert row["title"] == "" and told == [
        "parts of the vCards cannot be used and are left out (line 100008)"
    ]
    assert peak < 25_000_000


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (b"BEGIN:VCARD\n" * 1_000_000, 0),
        (b"BEGIN:VCARD\nAGENT:\n" * 100_000, 0),
        (b"BEGIN:VCARD\nFN:A\n" + b"AGENT:BEGIN:VCARD\n" * 100_000, 1),
        (b"BEGIN:VCARD\nFN:A\n" + b"NOTE:x\n" * 200_000 + b"END:VCARD\n", 1),
        (b"BEGIN:VCARD\nFN:A\nNOTE:x\n" + b" y\n" * 200_000 + b"END:VCARD\n", 1),
        (b"BEGIN:VCARD\nFN:A\nNOTE:" + b"\\" * 1_000_001 + b"\nEND:VCARD\n", 1),
        (b"BEGIN:VCARD\nFN:A\nORG:" + b"\\;" * 500_000 + b"\nEND:VCARD\n", 1),
        (b'BEGIN:VCARD\nFN:A\nTEL;TYPE="' + b"a;" * 500_000 + b":1\nEND:VCARD\n", 1),
        (b"BEGIN:VCARD\nFN:A\nTEL" + b';"' * 4_000 + b":13800001111\nEND:VCARD\n", 1),
        (b"BEGIN:VCARD\n" + b"\0" * 100_000 + b"\nFN:A\nEND:VCARD\n", 1),
        (b"BEGIN:VCARD\nFN:A\0B\nEND:VCARD\n", 1),
        (b"BEGIN:VCARD" + bytes(range(256)) * 400, 0),
        (b"BEGIN:VCARD\nFN;CHARSET=idna:A\nORG;CHARSET=rot13:B\nEND:VCARD\n", 1),
        (b"BEGIN:VCARD\nFN:A\nNOTE;ENCODING=QUOTED-PRINTABLE:=\nEND:VCARD\n", 1),
    ],
)
def test_hostile_files(tmp_path: Path, data: bytes, count: int) -> None:
    assert len(read(tmp_path, data)) == count


PIECES = st.sampled_from(
    [b"BEGIN:VCARD", b"END:VCARD", b"\n", b"\r\n", b"\n ", b"=\n", b"FN", b"N", b"TEL", b"ORG", b"ADR", b"BDAY", b"AGENT", b"PHOTO",
     b"UID", b"IMPP", b"X-ABLabel", b"item1.", b":", b";", b"=", b'"', b"\\", b"\\n", b",", b"ENCODING=QUOTED-PRINTABLE", b"BASE64",
     b"CHARSET=GBK", b"TYPE=CELL", b"\xd5\xc5", b"\xe5\xbc\xa0", b"\0", b"\xff", b"138", b"--0102", b"VERSION:2.1"]
)  # fmt: skip


@settings(max_examples=heavy(200), deadline=None, derandomize=True)
@given(st.lists(PIECES | st.binary(max_size=4), max_size=80))
def test_any_bytes_are_cards_or_none(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    for kind in ("customers", "people"):
        for found in read(folder, b"BEGIN:VCARD\n" + b"".join(pieces), kind):
            assert all(cell == cell.strip() and "\0" not in cell for cell in found.values())


# --- another library's cards, ours in another library, and back ---

WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs", "Cn", "Co"))
    | st.sampled_from(" ;,:\\\"'=、张伟"),
    min_size=1,
    max_size=60,
).map(lambda text: " ".join(text.split()))
NAMES = WORDS.filter(bool)
PHONES = st.from_regex(r"1[3-9]\d{9}", fullmatch=True)
EMAILS = st.from_regex(r"[a-z]{1,20}@[a-z]{1,20}\.com", fullmatch=True)
TAGS = (
    st.text("abcdefg张伟 \\'\"=:", min_size=1, max_size=10)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
RECORDS = st.fixed_dictionaries(
    {
        "ref": st.integers(1, 10**6).map("h{}".format),
        "external_id": st.none() | NAMES.filter(lambda text: not text.startswith("urn:crm:")),
        "customer": NAMES.map("甲 {}".format),
        "name": NAMES.map("乙 {}".format),
        "title": st.none() | NAMES,
        "phones": st.lists(PHONES, max_size=3, unique=True),
        "emails": st.lists(EMAILS, max_size=3, unique=True),
        "wechat": st.none() | NAMES,
        "birthday": st.none() | st.dates().map(str).filter(lambda day: day[:4] != "1604") | st.sampled_from(["02-29", "05-20"]),
        "note": st.none() | st.lists(WORDS, min_size=1, max_size=4).map("\n".join).map(lambda text: text.strip() or None),
    }
)  # fmt: skip


@settings(max_examples=heavy(150), deadline=None, derandomize=True)
@given(record=RECORDS, version=st.sampled_from(["3.0", "4.0"]))
def test_a_persons_card_gives_back_the_person(
    tmp_path_factory: pytest.TempPathFactory, record: dict[str, object], version: str
) -> None:
    (found,) = read(tmp_path_factory.getbasetemp(), card(record, version).encode(), "people")
    again = {
        name: found.get(name)
        for name in ("customer", "name", "title", "wechat", "birthday", "note", "external_id")
    }
    again["phones"] = found["phone"].split("; ") if "phone" in found else []
    again["emails"] = found["email"].split("; ") if "email" in found else []
    assert again == {name: value for name, value in record.items() if name != "ref"}


@settings(max_examples=heavy(100), deadline=None, derandomize=True)
@given(
    name=NAMES.map("甲 {}".format), address=st.none() | NAMES, city=st.none() | NAMES, phones=st.lists(PHONES, max_size=2, unique=True),
    tags=st.lists(TAGS, max_size=3, unique=True), kind=st.sampled_from(["company", "person"]), version=st.sampled_from(["3.0", "4.0"]),
)  # fmt: skip
def test_a_customers_card_gives_back_the_customer(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    address: str | None,
    city: str | None,
    phones: list[str],
    tags: list[str],
    kind: str,
    version: str,
) -> None:
    record = {
        "ref": "c1",
        "name": name,
        "kind": kind,
        "address": address,
        "city": city,
        "phones": phones,
        "tags": tags,
    }
    (found,) = read(tmp_path_factory.getbasetemp(), card(record, version).encode())
    is_company = kind == "company"
    expected = {
        "name" if is_company else "person": name,
        "address": address,
        "city": city,
        "tags": "; ".join(tags),
    }
    expected["phone" if is_company else "person_phone"] = "; ".join(phones)
    assert found == {key: value for key, value in expected.items() if value}


@settings(max_examples=heavy(100), deadline=None, derandomize=True)
@given(name=NAMES, family=NAMES, company=NAMES, note=NAMES, phone=PHONES)
def test_cards_of_another_library(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    family: str,
    company: str,
    note: str,
    phone: str,
) -> None:
    made = vobject.vCard()
    made.add("n").value = vobject.vcard.Name(family=family, given="")
    made.add("fn").value = f"乙 {name}"
    made.add("org").value = [f"甲 {company}", "Sales"]
    made.add("note").value = note
    telephone = made.add("tel")
    telephone.value, telephone.type_param = phone, ["CELL", "VOICE"]
    found = read(tmp_path_factory.getbasetemp(), made.serialize().encode())
    assert found == [
        {
            "name": f"甲 {company}",
            "person": f"乙 {name}",
            "title": "Sales",
            "note": note,
            "person_phone": phone,
        }
    ]


@settings(max_examples=heavy(100), deadline=None, derandomize=True)
@given(record=RECORDS)
def test_another_library_reads_ours(record: dict[str, object]) -> None:
    text = card(record, "3.0")
    assert all(len(line) <= 75 for line in text.encode().split(b"\r\n"))
    read_back = vobject.readOne(text)
    assert read_back.fn.value == record["name"]
    assert read_back.org.value == [record["customer"]]
    assert [each.value for each in read_back.contents.get("tel", [])] == record["phones"]
    assert [each.value for each in read_back.contents.get("email", [])] == record["emails"]
    for name in ("title", "note"):
        found = read_back.contents.get(name)
        assert (found[0].value if found else None) == record[name]


def test_our_cards_to_the_letter() -> None:
    product = "PRODID:-//crm//crm for the terminal//EN\r\n"
    person = {
        "ref": "h3", "customer": "华东精工有限公司", "external_id": None, "name": "欧阳小明", "title": "采购经理, 总部",
        "phones": ["13800001111", "021-62345678"], "emails": ["ouyang@example.com"], "wechat": "oy 88", "birthday": "05-20",
        "note": "第一行\n第二行；他喜欢在每个星期三的下午去公园里喝茶，周末不接电话", "tags": None,
    }  # fmt: skip
    assert card(person, "3.0") == (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\n{product}UID:urn:crm:h3\r\nFN:欧阳小明\r\nN:欧阳;小明;;;\r\nORG:华东精工有限公司\r\n"
        "TITLE:采购经理\\, 总部\r\nTEL;TYPE=CELL:13800001111\r\nTEL;TYPE=WORK,VOICE:021-62345678\r\n"
        "EMAIL;TYPE=INTERNET:ouyang@example.com\r\nX-WECHAT:oy 88\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-05-20\r\n"
        "NOTE:第一行\\n第二行；他喜欢在每个星期三的下午去公园\r\n 里喝茶，周末不接电话\r\nEND:VCARD\r\n"
    )
    company = {
        "ref": "c1", "external_id": "K;1", "name": "Acme, Inc.", "kind": "company", "phones": ["+1 415-555-0104"], "emails": [],
        "address": "1 Main St", "city": "Oslo", "tags": ["VIP", "a,b"], "wechat": None, "note": None,
    }  # fmt: skip
    assert card(company, "4.0") == (
        f"BEGIN:VCARD\r\nVERSION:4.0\r\n{product}KIND:org\r\nUID;VALUE=text:K\\;1\r\nFN:Acme\\, Inc.\r\nN:;;;;\r\nORG:Acme\\, Inc.\r\n"
        'TEL;TYPE="work,voice":+1 415-555-0104\r\nADR;TYPE=work:;;1 Main St;Oslo;;;\r\nCATEGORIES:VIP,a\\,b\r\nEND:VCARD\r\n'
    )
    someone = {**person, "customer": "c1", "birthday": None}
    assert list(cards({**company, "people": [someone]}, "3.0")) == [
        card(company, "3.0"),
        card({**someone, "customer": "Acme, Inc.", "address": "1 Main St", "city": "Oslo"}, "3.0"),
    ]
    assert list(cards(person, "4.0")) == [card(person, "4.0")]
    with pytest.raises(BadValue, match=r"vCard 2\.1 is not written; choose one of 3\.0, 4\.0"):
        card(company, "2.1")
