"""Which words of a text are somebody's: found however they are written, and nothing else is taken (HANDBOOK §10)."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.erasing import (
    MARK,
    Redactor,
    bare_name,
    command_without_arguments,
    redacted_command,
    redacted_values,
    traces_of,
)
from tests.support import heavy


def redactor(**values: str) -> Redactor:
    return Redactor(trace for kind, value in values.items() for trace in traces_of(kind, value))


@pytest.mark.parametrize(
    ("name", "text", "without"),
    [
        ("张伟", "和张伟谈", "和[erased]谈"),
        ("张伟", "张伟业 and 张 伟", "[erased]业 and [erased]"),
        ("张伟", "张\u200b伟, 张　伟", "[erased], [erased]"),
        ("张伟", "张维", "张维"),
        ("张 伟", "张伟", "[erased]"),
        ("Jane Doe", "JANE  DOE, jane-doe, JaneDoe, Doe, Jane; ｊａｎｅ　ｄｏｅ", "[erased], [erased], [erased], [erased]; [erased]"),
        ("Jane Doe", "Jane Doerr, Janet Doe. Not Jane of Doe", "Jane Doerr, Janet Doe. Not Jane of Doe"),
        ("Jane", "Janet Jane's jane, 和Jane谈", "Janet [erased]'s [erased], 和[erased]谈"),
        ("José", "JOSE, jose\u0301, José!", "[erased], [erased], [erased]!"),
        ("Will", "I will ask Will, or WILL", "I will ask [erased], or [erased]"),
        ("Li", "li Li LI Liz", "li [erased] [erased] Liz"),
        ("王", "王总 said", "王总 said"),
        ("王", " 王 ", "[erased]"),
        ("O'Neil & Sons", "O’Neil and Sons; O'NEIL & SONS", "O’Neil and Sons; [erased]"),
        ("Иван Петров", "Иван Петров, Петрова", "[erased], Петрова"),
        ("김철수", "김철수는", "[erased]는"),
        ("€€", "pays in €€, not €", "pays in [erased], not €"),
        ("erased", "[erased] erased", "[erased] [erased]"),
        ("100%_ok", "100%_ok, 100 ok, 2100 ok", "[erased], [erased], 2100 ok"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_names(name: str, text: str, without: str) -> None:
    assert redactor(name=name)(text) == without


@pytest.mark.parametrize(
    ("phone", "text", "without"),
    [
        ("138 0000 5678", "13800005678 138-0000-5678 １３８００００５６７８", "[erased] [erased] [erased]"),
        ("13800005678", "+86 138 0000 5678, 0086-13800005678, (86)13800005678 (13800005678), -13800005678", "[erased], [erased], [erased] ([erased]), -[erased]"),
        ("13800005678", "138000056789 213800005678 1380000567", "138000056789 213800005678 1380000567"),
        ("13800005678", "13800005679/13800005678", "13800005679/[erased]"),
        ("010-62345678", "(010) 6234 5678, 62345678, +86 10 62345678, 010.6234.5678", "[erased], [erased], [erased], [erased]"),
        ("010-62345678", "021-62345678, 0571 62345678, 162345678, 5 62345678", "021-62345678, 0571 62345678, 162345678, 5 [erased]"),
        ("010-62345678转801", "010-62345678 ext. 801, 62345678x801, 62345678", "[erased], [erased], [erased]"),
        ("+44 20 7946 0958", "+44 (0)20 7946 0958, 0044 2079460958, 020 7946 0958", "[erased], [erased], [erased]"),
        ("13800005678 / 13900001111", "13900001111 then 13800005678", "[erased] then [erased]"),
        ("12345", "ring 12345, not 123456", "ring [erased], not 123456"),
        ("1", "1 of 10", "1 of 10"),
    ],
)  # fmt: skip
def test_phones(phone: str, text: str, without: str) -> None:
    assert redactor(phone=phone)(text) == without


@pytest.mark.parametrize(
    ("kind", "value", "text", "without"),
    [
        ("email", "Jane@Example.com", "JANE@example.com. <jane@example.com>, ｊａｎｅ＠example.com", "[erased]. <[erased]>, [erased]"),
        ("email", "jane@example.com", "mjane@example.com, x.jane@example.com, jane@example.community", "mjane@example.com, x.jane@example.com, jane@example.community"),
        ("email", "Jane <jane@example.com>; j@x.org", "邮箱jane@example.com, mailto:j@x.org", "邮箱[erased], mailto:[erased]"),
        ("email", "no address", "it is no address", "it is [erased]"),
        ("wechat", "wx_jane", "WX_Jane, wx-jane, awx_jane", "[erased], [erased], awx_jane"),
        ("wechat", "13800005678", "138 0000 5678", "[erased]"),
        ("wechat", "jane@example.com", "jane@example.com", "[erased]"),
    ],
)  # fmt: skip
def test_addresses(kind: str, value: str, text: str, without: str) -> None:
    assert redactor(**{kind: value})(text) == without


def test_short_names_are_told() -> None:
    assert redactor(name="王").too_short == ["王"]
    assert redactor(name="X").too_short == ["X"]
    assert redactor(name="张伟").too_short == []


def test_many_at_once() -> None:
    """A company with thousands of people is looked for as quickly as one of them."""
    names = [f"Person{number:04}" for number in range(3_000)]
    redact = Redactor(trace for name in names for trace in traces_of("name", name))
    assert redact("person0007 met Person2999, not Person3000") == "[erased] met [erased], not Person3000"  # fmt: skip


@pytest.mark.parametrize(
    ("command", "without"),
    [
        ("crm add-person c1 'Jane Doe' --phone '138 0000 5678'", "crm add-person c1 [erased] --phone [erased]"),
        ("crm add-person c1 Jane Doe", "crm add-person c1 [erased]"),
        ("crm edit h1 --set 'note=ask Jane Doe'", "crm edit h1 --set note=ask [erased]"),
        ("crm edit h1 --note=tea --title Buyer", "crm edit h1 --note=[erased] --title Buyer"),
        ("crm log-contact c1 'it''s' --with 'Bob'", "crm log-contact c1 'it''s' --with 'Bob'"),
        ("crm log-contact c1 'cut Jane Doe", "crm log-contact c1 'cut [erased]"),
    ],
)  # fmt: skip
def test_command_lines(command: str, without: str) -> None:
    assert redacted_command(command, redactor(name="Jane Doe", phone="13800005678"), {"tea"}) == without  # fmt: skip


def test_a_name_quoted_for_a_shell() -> None:
    command = "crm add-customer 'O'\"'\"'Neil & Sons' --tier core"
    redact = redactor(name="O'Neil & Sons")
    assert redact.may_touch_command(command)
    assert redacted_command(command, redact) == "crm add-customer [erased] --tier core"


@pytest.mark.parametrize(
    ("command", "without"),
    [
        ("crm log-contact c1 'all about it'", "crm log-contact [erased]"),
        ("crm --db 'x y.db' --lang zh edit h1 --set a=b", "crm edit [erased]"),
        ("crm --lang=zh edit h1", "crm edit [erased]"),
        ("something else", "[erased]"),
    ],
)
def test_what_was_done_without_what_was_said(command: str, without: str) -> None:
    assert command_without_arguments(command) == without


def test_only_the_columns_named_change() -> None:
    row = {"note": "Jane", "name": "Jane", "size": 3, "city": None}
    assert redacted_values(row, ("note", "size", "city"), redactor(name="Jane")) == {"note": MARK}


# --- whatever the texts ---

NAMES = st.sampled_from(
    ("张伟", "欧阳锋", "Jane Doe", "José", "李", "Wu", "Müller & Co", "김철수", "a1")
)
PIECES = st.lists(
    st.one_of(
        NAMES,
        st.sampled_from(("13800005678", "+86 138-0000 5678", "010 6234 5678", "jane@x.org", "JANE@X.ORG", MARK, " ", ", ", "-")),
        st.text(max_size=6),
    ),
    max_size=8,
)  # fmt: skip


def plain(text: str) -> str:
    """As a slow and independent look would compare."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(sign for sign in folded if unicodedata.category(sign) not in ("Mn", "Cf"))


@settings(max_examples=heavy(20), derandomize=True)
@given(name=NAMES, pieces=PIECES)
def test_nothing_is_left_and_nothing_else_is_lost(name: str, pieces: list[str]) -> None:
    redact = redactor(name=name, phone="13800005678", email="jane@x.org")
    text = "".join(pieces)
    without = redact(text)
    assert redact(without) == without
    kept = without.split(MARK)
    place = 0
    for part in kept:  # what stays stands there in its order
        place = text.index(part, place) + len(part)
    left = plain(without)
    assert not re.search(r"(?<!\d)13800005678(?!\d)", left)
    if len(name) > 1 and ord(name[0]) > 0x2E80:
        assert plain(name) not in left


AROUND = st.text(alphabet=" ,.;:!?，。；、（）和给\n\t\"'", max_size=4)


@settings(max_examples=heavy(20), derandomize=True)
@given(
    written=st.sampled_from(("张伟", "张　伟", "JANE DOE", "ｊａｎｅ ｄｏｅ", "Doe, Jane", "138-0000-5678", "+8613800005678", "１３８０００05678", "J@X.ORG")),
    before=AROUND,
    after=AROUND,
)  # fmt: skip
def test_it_is_found_whatever_stands_around_it(written: str, before: str, after: str) -> None:
    redact = Redactor(
        trace
        for kind, value in (("name", "张伟"), ("name", "Jane Doe"), ("phone", "13800005678"), ("email", "j@x.org"))
        for trace in traces_of(kind, value)
    )  # fmt: skip
    assert redact(f"{before}{written}{after}") == f"{before}{MARK}{after}"  # fmt: skip


@settings(max_examples=heavy(20), derandomize=True)
@given(text=st.text(max_size=40))
def test_a_text_without_any_is_the_same_text(text: str) -> None:
    redact = redactor(name="张伟", phone="13800005678", email="jane@x.org")
    if not redact.may_touch(text):
        assert redact(text) == text
    assert "".join(piece.text for piece in redact.pieces(text)) == text


@pytest.mark.parametrize(
    ("names", "email", "text", "without"),
    [
        (("Li",), "li@example.com", "wrote li@example.com, Li", "wrote [erased], [erased]"),
        (("May",), "may@acme.com", "may@ACME.com may come", "[erased] may come"),
        (("Ana",), "ana@banana.com", "ana@banana.com.cn xana@banana.com", "[erased].cn xana@banana.com"),
        (("Li", "Li Wei"), "", "Li Wei said; LI WEI; li wei; li", "[erased] said; [erased]; [erased]; li"),
        (("Jane", "Jane Doe", "Jane Doe-Smith"), "", "Jane Doe-Smith, Jane Doe, Jane", "[erased], [erased], [erased]"),
    ],
)  # fmt: skip
def test_a_short_name_does_not_stand_in_the_way_of_what_begins_with_it(
    names: tuple[str, ...], email: str, text: str, without: str
) -> None:
    traces = [trace for name in names for trace in traces_of("name", name)]
    assert Redactor([*traces, *traces_of("email", email)])(text) == without


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("张伟（采购）", "张伟"),
        ("Jane Doe (Buyer)", "Jane Doe"),
        ("张伟先生", "张伟"),
        ("张先生", None),
        ("张伟", None),
        ("(unknown)", ""),
        (None, None),
    ],
)
def test_a_name_as_texts_have_it(name: str | None, bare: str | None) -> None:
    assert bare_name(name) == bare


@pytest.mark.parametrize(
    ("name", "command", "without"),
    [
        ("Import", "crm import import.csv --profile import", "crm import '[erased].csv' --profile '[erased]'"),
        ("Export", "crm export customers", "crm export customers"),
        ("CRM", "crm add-customer CRM", "crm add-customer '[erased]'"),
        ("Note", "crm --db note.db edit c1 --note 'a note'", "crm --db '[erased].db' edit c1 --note 'a [erased]'"),
        ("Edit Note", "crm edit --note x", "crm edit --note x"),
        ("Jane Doe", "crm add-person c1 Jane Doe", "crm add-person c1 [erased]"),
    ],
)  # fmt: skip
def test_words_of_the_program_in_a_command_line_are_nobodys(
    name: str, command: str, without: str
) -> None:
    assert redacted_command(command, redactor(name=name)).replace("'", "") == without.replace(
        "'", ""
    )
