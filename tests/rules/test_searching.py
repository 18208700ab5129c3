"""What a typed text finds, asked of a real index and of a slow comparison of texts (CLI.md, `find`)."""

import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.pinyin import SIGNS
from crmcli.rules.searching import (
    BREAK,
    NAME,
    PROSE,
    Wanted,
    document,
    either,
    every,
    laid,
    only_in,
    query,
    sounds,
)
from crmcli.store import search
from crmcli.store.database import Database
from crmcli.store.models import SEARCH_INDEX
from tests.support import heavy


class Index:
    """An index like that of the file, in memory, with the documents beside it."""

    def __init__(self) -> None:
        self._db = Database(sqlite3.connect(":memory:"), ":memory:")
        self._connection = self._db.connection
        self._connection.execute(
            "CREATE TABLE search_document (id INTEGER PRIMARY KEY, names, sound, initials, prose)"
        )
        self._connection.execute(SEARCH_INDEX)

    def hold(self, *documents: Sequence[str]) -> None:
        """Hold these documents and no others, each of some texts, the same as names and as prose."""
        self._hold(
            {"names": document(texts, NAME), "sound": None, "initials": None, "prose": document(texts)}
            for texts in documents
        )  # fmt: skip

    def hold_all(self, *records: tuple[str, str]) -> None:
        """Hold records, each of a name and of what else is written of it."""
        self._hold(
            {"names": document([name], NAME), "sound": None, "initials": None, "prose": document([prose])}
            for name, prose in records
        )  # fmt: skip

    def hold_names(self, *names: tuple[str, bool]) -> None:
        """Hold the sound of each name, which is a person's or not."""
        made = (sounds([name]) for name in names)
        self._hold(
            {"names": None, "sound": sound, "initials": initials, "prose": None}
            for sound, initials in made
        )

    def _hold(self, rows: Iterable[dict[str, str | None]]) -> None:
        self._connection.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")
        self._connection.execute("DELETE FROM search_document")
        for key, row in enumerate(rows):
            self._db.run("insert_search_document", id=key, **row)
            self._db.run("index_document", rowid=key, **row)

    def ask(self, wanted: Wanted | None) -> set[int]:
        """The documents that hold what is wanted."""
        return set(search.find(self._db, "customer", wanted, None))

    def in_names(self, typed: str) -> set[int]:
        return self.ask(query(typed).names)

    def in_prose(self, typed: str) -> set[int]:
        return self.ask(query(typed).prose)


_INDEX = Index()


@pytest.fixture
def index() -> Iterator[Index]:
    yield _INDEX
    _INDEX.hold()


# --- tables ---


@pytest.mark.parametrize(
    ("text", "in_prose", "in_names"),
    [
        ("acme", "acme", "ACME"),
        ("AC", "ac", "AC"),
        ("a", "a", "A"),
        ("华东精工", "华 东 精 工", "华_东_精_工"),
        ("华", "华", "华"),
        ("华东ABC科技", "华 东  abc  科 技", "华_东__ABC__科_技"),
        ("华 东", "华  东", "华__东"),
        ("010-6234 5678", "010  6234  5678", "!#!__)$%&__()+,"),
        ("O'Neil & Sons", "o  neil  sons", "O__NEIL__SONS"),
        ("ÄÖÜ Café", "aou  cafe", "AOU__CAFE"),
        ("ＡＣＭＥ　１２", "acme  12", "ACME__#$"),
        ("Straße", "strasse", "STRASSE"),
        ("ｶﾞｽ", "カ ス", "カ_ス"),
        ("ガス", "カ ス", "カ_ス"),
        ("Москва", "м о с к в а", "м_о_с_к_в_а"),
        ("㈱", "株", "株"),
        ("★好☎", "★ 好 ☎", "★_好_☎"),
        ("A_B", "a  b", "A__B"),
        ("ı", "ı", "ı"),
        ("", "", ""),
        ("   ", "", ""),
        ("!", "！", "！"),
        ("!?", "！ ？", "！_？"),
        ("！？", "！ ？", "！_？"),
        ('"', "＂", "＂"),
        ("- *", "－ ＊", "－_＊"),
        ("…—", "… —", "…_—"),
    ],
)
def test_the_form_of_a_text(text: str, in_prose: str, in_names: str) -> None:
    assert laid(text, PROSE) == laid(text) == in_prose
    assert laid(text, NAME) == in_names


def test_texts_stand_apart_as_runs_do() -> None:
    assert document(["华东", None, "", "  ", "!", "a"]) == " 华 东  ！  a "
    assert document(["华东", None, "", "  ", "!", "a"], NAME) == "_华_东__！__A_ a "
    assert document(["Abba 12", "a"], NAME) == "_ABBA__#$__A_ 1 2 a b "
    assert document([None, "", " "]) is None
    assert document([]) is None


@pytest.mark.parametrize("typed", ["", " ", "\n\t\u3000"])
def test_nothing_asks_for_nothing(typed: str) -> None:
    asked = query(typed)
    assert (asked.names, asked.sound, asked.prose) == (None, None, None)
    assert not asked


ACME = "Acme Trading Co., Ltd. 华东精工（上海）有限公司 010-6234 5678"


@pytest.mark.parametrize(
    ("typed", "in_names", "in_prose"),
    [
        ("acme", True, True),
        ("ACME", True, True),
        ("Ａcme", True, True),
        ("cme", True, True),
        ("rading", True, True),
        ("acmee", False, False),
        ("acme ltd", True, True),
        ("ltd acme", True, True),  # in any order
        ("acme gmbh", False, False),  # all of them
        ("ac", True, False),  # a scrap of one or two letters is looked up in names only…
        ("a", True, False),
        ("me", True, True),  # …but at the end of a word
        ("华", True, True),
        ("海", True, True),
        ("京", False, False),
        ("华东", True, True),
        ("东精", True, True),
        ("华精", False, False),
        ("华 精", True, True),  # two words
        ("精 华东", True, True),
        ("工上", False, False),
        ("工 上", True, True),
        ("acme华东", True, True),
        ("华东acme", True, True),
        ("6234", True, True),
        ("62345678", False, False),  # the store keeps a number's normal form beside it
        ("62-34", True, False),  # two scraps
        ("010-6234", True, True),
        ("010-6234 5678", True, True),
        ("华东精工(上海)", True, True),
        ("（上海）", True, True),
        ("!", False, False),
    ],
)
def test_what_is_found(index: Index, typed: str, in_names: bool, in_prose: bool) -> None:
    index.hold([ACME])
    assert (bool(index.in_names(typed)), bool(index.in_prose(typed))) == (in_names, in_prose)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Café Zürich", "cafe zurich"), ("cafe zurich", "CAFÉ ZÜRICH"), ("cafe\u0301", "café"), ("ＡＢＣ", "abc"),
        ("abc", "ＡＢＣ"), ("１３８００００", "1380000"), ("STRASSE", "straße"), ("straße", "STRASSE"), ("ﾃﾞﾝｷ", "デンキ"),
        ("Łódź", "łódź"), ("МОСКВА", "москва"), ("İstanbul", "istanbul"), ("㈱日立", "株 日立"), ("㍿日立", "株式会社日"), ("☎ 5", "☎"),
        ("!!!", "!!!"), ("!!!", "！！！"), ("！！！", "!!"), ("<>", "＜＞"), ("?", "？"), ("Ｃ＋＋", "c++"), ("😀 ok", "😀"),
        ('"', '"'), ("**", "*"), ("()", "( )"), ("𠮷野家", "𠮷野"), ("𠮷野家", "家"), ("가나다", "나다"),
    ],
)  # fmt: skip
def test_width_case_and_accents_do_not_matter(index: Index, text: str, typed: str) -> None:
    index.hold([text])
    assert index.in_names(typed)
    assert index.in_prose(typed)


def test_a_phrase_does_not_run_from_one_text_into_the_next(index: Index) -> None:
    index.hold(["华东", "精工"], ["华东精工"], ["acme", "x"], ["!", "?"], ["!?"])
    assert index.in_prose("东精") == {1}
    assert index.in_prose("华东 精工") == {0, 1}
    assert index.in_prose("!?") == {4}
    assert index.in_prose("acmex") == set()


# --- how names sound ---


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("huadong", {0}),
        ("hua dong", {0}),
        ("HuaDong", {0}),
        ("hua'dong", {0}),
        ("huadongj", {0}),  # the last syllable may be begun only
        ("dongjing", {0}),
        ("hdjg", {0}),
        ("hd", {0}),
        ("dj", {0}),
        ("h", set()),  # one letter is too little
        ("huajing", set()),
        ("donghua", set()),
        ("shanwei", {1, 2}),  # a person's surname; a company's name may begin with one
        ("danwei", {2}),
        ("sw", {1, 2}),
        ("dw", {2}),
        ("yunfuwu", set()),  # nothing runs over what is not Chinese
        ("fuwu", {3}),
        ("华东", set()),  # signs are no sounds
        ("hua1", set()),
        ("xyzzy", set()),
    ],
)
def test_what_is_found_by_its_sound(index: Index, typed: str, found: set[int]) -> None:
    index.hold_names(("华东精工", False), ("单伟", True), ("单位", False), ("云cloud服务", False))
    assert index.ask(query(typed).sound) == found


def test_a_name_without_chinese_has_no_sound() -> None:
    assert sounds([("Acme", False), ("Ann Lee", True), ("", False)]) == (None, None)
    assert sounds([("Acme", False), ("华", False), ("华东", False)]) == (
        f" {SIGNS['hua']} {BREAK} {SIGNS['hua']} {SIGNS['dong']} ",
        f"H {BREAK} H D",
    )
    assert {len(sign) for syllable, sign in SIGNS.items() if syllable} == {1}
    assert not any(map(str.isalnum, SIGNS.values()))


# --- what is wanted, put together ---


def test_what_is_wanted_is_put_together() -> None:
    one, other = query("华东").prose, query("acme").prose
    assert every([None, one]) == either([one, None]) == one
    assert every([]) == either([None]) is None
    assert one
    assert other
    both, some = every([one, other]), either([one, other])
    assert both
    assert some
    assert one.sieve == '"华 东"'
    assert both.sieve == '("acm" AND "cme") AND ("华 东")'
    assert some.sieve == '("华 东") OR ("acm" AND "cme")'


def test_what_no_column_can_hold_is_not_wanted() -> None:
    asked = query("hua")
    every_column, prose = ("names", "sound", "initials", "prose"), ("prose",)
    either_of, all_of = either(asked), every(asked)
    assert only_in(None, every_column) is None
    assert only_in(asked.names, prose) is None
    assert only_in(asked.sound, prose) is None
    assert only_in(either_of, prose) == only_in(either(asked), prose) == asked.prose
    assert only_in(all_of, prose) is None
    assert only_in(all_of, every_column) == all_of
    assert only_in(every([asked.prose, either_of]), prose) == every([asked.prose] * 2)


def test_many_words_are_found_as_one(index: Index) -> None:
    """One in the name, another elsewhere."""
    index.hold_all(("华东", "苏州 acme"), ("acme", "华东"), ("北方", "华东"))
    words = [either(query(word)) for word in ("华东", "ac")]
    assert index.ask(every(words)) == {1}
    assert index.ask(either(words)) == {0, 1, 2}
    assert index.ask(every([query("华东").names, query("acme").prose])) == {0}


# --- every part of a text finds it ---

_CHINESE = "华东精工上海科技有限公司张伟单仇曾𠮷"
_PICTURES = "★☎😀"
_CHARACTERS = st.one_of(
    *(
        st.sampled_from(some)
        for some in (
            _CHINESE,
            "abcmexyzABCMEXYZéÉüÜßøñ",
            "0123456789",
            "ＡＣＭＥａｃｍｅ０１２８",
            " -_.,;:!?()（）、，。·&'\"*^/\\+@#%\u3000\t\n",
            f"МоскваｶﾞガＡﬁ①㈱ı{_PICTURES}",
        )
    )
)
_TEXTS = st.text(_CHARACTERS, max_size=24)
_LETTERS = st.text(st.sampled_from("acmeACME0123ａ"), min_size=3, max_size=9)
_WORDS = st.lists(
    st.one_of(_LETTERS, st.text(st.sampled_from(_CHINESE), max_size=5), _TEXTS), max_size=5
)
_MIXED = st.one_of(_TEXTS, _WORDS.map(" ".join), _WORDS.map("".join))


def plain(text: str) -> str:
    """A text as a person reads it aloud: small letters, no accents, no width."""
    folded = "".join(unicodedata.normalize("NFKD", one).casefold() for one in text)
    return "".join(
        one for one in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(one)
    )


def kind(character: str) -> str:
    """Letters and digits, other signs with a meaning, or neither."""
    if character.isalnum() or character in _PICTURES:
        return "letter" if character.isascii() else "sign"
    return ""


def stretches(text: str) -> list[str]:
    """The stretches of one kind of characters; of a text that has none, all it has, as if wide."""
    found = ["".join(some) for one, some in groupby(plain(text), kind) if one]
    others = "".join(text.split())
    if not found and others:
        found = ["".join(chr(ord(one) + 0xFEE0) if one.isascii() else one for one in others)]
    return found


def fits(typed: str, texts: Iterable[str], in_names: bool) -> bool:
    """Whether each stretch that was typed stands somewhere in the texts; in prose, scraps at an end only."""
    held = [one for text in texts for one in stretches(text)]
    asked = stretches(typed)

    def stands(word: str) -> bool:
        if in_names or len(word) > 2 or not word.isascii():
            return any(word in one for one in held)
        return any(one.endswith(word) for one in held)

    return bool(asked) and all(map(stands, asked))


@settings(max_examples=heavy(400))
@given(data=st.data(), text=_MIXED)
def test_every_part_of_a_text_finds_it(data: st.DataObject, text: str) -> None:
    start = data.draw(st.integers(0, len(text)))
    part = text[start : data.draw(st.integers(start, len(text)))]
    says_something = any(map(kind, plain(part))) or not any(map(kind, plain(text)))
    if not (part.split() and says_something):
        return
    _INDEX.hold(["something else"], [text])
    assert _INDEX.in_names(part) >= {1}
    if all(len(one) > 2 or not one.isascii() for one in stretches(part)):
        assert _INDEX.in_prose(part) >= {1}


_DOCUMENTS = st.lists(st.lists(_MIXED, min_size=1, max_size=3), min_size=1, max_size=4)


@settings(max_examples=heavy(400))
@given(data=st.data(), documents=_DOCUMENTS)
def test_the_index_finds_what_a_comparison_of_all_texts_finds(
    data: st.DataObject, documents: list[list[str]]
) -> None:
    whole = " ".join(text for texts in documents for text in texts)
    start = data.draw(st.integers(0, len(whole)))
    near = whole[start : start + data.draw(st.integers(0, 9))]
    typed = data.draw(st.one_of(_MIXED, st.just(near), _TEXTS.map(lambda more: near + more)))
    _INDEX.hold(*documents)
    for in_names, found in ((True, _INDEX.in_names(typed)), (False, _INDEX.in_prose(typed))):
        expected = {place for place, texts in enumerate(documents) if fits(typed, texts, in_names)}
        assert found == expected, (typed, in_names)


# --- hostile texts ---

HOSTILE = (
    '"', '""', "'", "';--", '" OR "', "NEAR", "NEAR(a b)", "NEAR(华 东, 2)", "AND", "OR NOT", "a AND", "NOT a", "*", "a*",
    "^a", "-a", "+", "a + b", "(", ")", "(a", "a)", "{names}: a", "names : a", "names:a", "-names : a", ":", "a : b", "\\",
    "\0", "a\0b", "\x1b[31m", "\u202e", "\ufeff", "\u200d", "\U000e0041", "%", "_", "?1", ":terms", BREAK, f"a {BREAK} b",
    "a" * 3000, "华" * 3000, "a " * 600, "华 " * 600, "! " * 600, "\n" * 50,
)  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE, ids=lambda typed: repr(typed[:12]))
def test_hostile_texts_are_only_texts(index: Index, typed: str) -> None:
    """As what is kept and as what is asked, in every column of the query."""
    index.hold([typed], ["华东 acme"])
    for asked in query(typed):
        index.ask(asked)
    if typed.split():
        assert index.in_names(typed) >= {0}


@settings(max_examples=heavy(400))
@given(
    st.lists(
        st.one_of(
            st.sampled_from(HOSTILE[:41]),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
        ),
        max_size=6,
    ).map(" ".join)
)
def test_no_text_is_a_syntax_error(typed: str) -> None:
    _INDEX.hold([typed])
    asked = query(typed)
    for one in asked:
        _INDEX.ask(one)
    assert bool(asked) == bool(typed.split())
    assert _INDEX.ask(asked.names) == ({0} if typed.split() else set())
