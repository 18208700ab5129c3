"""Whatever is misspelt is asked about: commands, options, words, tags, fields and settings (DESIGN §4)."""

import pytest

from crmcli.app import COMMANDS
from crmcli.errors import near
from tests.contract.program import refused, run
from tests.support import crm

# --- the one helper ---


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("croe", ["core", "potential"], "core"),
        ("CORE ", ["core"], "core"),
        ("vpi", ["old", "vip"], "vip"),
        ("VIP", ["vip"], "vip"),
        ("pot", ["core", "Potential"], "Potential"),  # a beginning, as it is written
        ("ad", ["add-task", "add-customer"], "add-task"),  # of several the first
        ("confi", ["confirm", "config"], "config"),  # but for one whose last letter is missing
        ("xeport", ["report", "export"], "export"),  # the same letters
        ("核心客尸", ["核心客户", "潜力客户"], "核心客户"),
        ("老客", ["新客户", "老客户"], "老客户"),
        ("gold", ["core", "potential", "ordinary"], None),
        ("x", ["xerxes"], None),  # one letter says nothing
        ("高高", ["高", "中"], None),
        ("", ["core"], None),
        ("core", [], None),
        ("c" * 61, ["c" * 62], None),  # no slip of a finger
    ],
)
def test_near(word: str, known: list[str], meant: str | None) -> None:
    assert near(word, known) == meant


# --- commands and options ---


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("list-customer", "list-customers"), ("lis", "list-customers"), ("list", "list-customers"), ("add", "add-customer"),
        ("log", "log-contact"), ("cutomer", "add-customer"), ("dui", "due"), ("hist", "history"), ("fnid", "find"),
        ("Due", "due"), ("doctr", "doctor"), ("addcustomer", "add-customer"), ("log_contact", "log-contact"),
    ],
)  # fmt: skip
def test_a_command_misspelt_is_asked_about(typed: str, meant: str) -> None:
    refused(typed, 2, f"No such command {typed!r}; did you mean {meant}?")
    refused(f"{typed} c1 --tier core", 2, f"No such command {typed!r}; did you mean {meant}?")


@pytest.mark.parametrize("typed", ["frobnicate", "x", "zz", "华东"])
def test_a_command_like_none_gets_the_way_to_all(typed: str) -> None:
    refused(["--db", "crm.db", typed], 2, f"No such command {typed!r}; see crm --help")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_found_by_a_slip_of_its_name(name: str) -> None:
    if len(name) > 2:  # one letter says nothing
        assert near(name[:-1], COMMANDS) == name
    assert near(name[1] + name[0] + name[2:], COMMANDS) == name


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("due --teir core", "No such option: --teir; did you mean --tier?"),
        ("due --overdu --jsn", "No such option: --overdu; did you mean --overdue?"),
        ("list-customers --citty x", "No such option: --citty; did you mean --city?"),
        ("due --dbb x", "No such option: --dbb; did you mean --db?"),
        ("due --frobnicate", "No such option: --frobnicate; see crm due --help"),
        ("--langg en", "No such option: --langg; did you mean --lang?"),
    ],
)
def test_an_option_misspelt_is_asked_about(typed: str, sentence: str) -> None:
    assert run(typed) == (2, "", f"crm: {sentence}\n")


# --- values ---


@pytest.fixture
def book() -> None:
    """One customer with two tags, and a custom field."""
    crm("config set fields.region text")
    crm("config set fields.grade choice:gold,silver")
    crm("add-customer Acme --tag vip --tag 老客户 --field region=north")


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("due --tier croe", "tier 'croe' is unknown; did you mean core?"),
        ("list-customers --tier 核心客尸", "tier '核心客尸' is unknown; did you mean 核心客户?"),
        ("add-customer X --tier potentail", "tier 'potentail' is unknown; did you mean potential?"),
        ("edit c1 --set tier=ordniary", "tier 'ordniary' is unknown; did you mean ordinary?"),
        ("list-customers --stage prospcet", "stage 'prospcet' is unknown; did you mean prospect?"),
        ("list-customers --lifecycle dromant", "lifecycle 'dromant' is unknown; did you mean dormant?"),
        ("list-customers --intent hgih", "intent 'hgih' is unknown; did you mean high?"),
        ("log-contact c1 x --channel vist", "channel 'vist' is unknown; did you mean visit?"),
        ("due --kind tuoch", "kind 'tuoch' is unknown; did you mean touch?"),
        ("add-customer X --kind compnay", "kind 'compnay' is unknown; did you mean company?"),
        ("add-person c1 Jane --role dicider", "role 'dicider' is unknown; did you mean decider?"),
        ("edit c1 --set ctiy=x", "a customer has no field 'ctiy' that can be set; did you mean city?"),
        ("edit c1 --set region=x", "a customer has no field 'region' that can be set; did you mean field.region?"),
        ("edit c1 --set field.regoin=x", "field 'regoin' is not declared; did you mean region?"),
        ("edit c1 --set field.grade=glod", "field grade: 'glod' is unknown; did you mean gold?"),
        ("add-customer X --field regoin=x", "field 'regoin' is not declared; did you mean region?"),
        ("list-customers --where 'ctiy = x'", "field 'ctiy' is unknown; did you mean city?"),
        ("list-customers --where 'region = x'", "field 'region' is unknown; did you mean field.region?"),
        ("list-customers --where 'field.regoin = x'", "field 'regoin' is not declared; did you mean region?"),
        ("list-customers --where 'tier = croe'", "tier 'croe' is unknown; did you mean core?"),
        ("list-customers --sort nmae", "field 'nmae' is unknown; did you mean name?"),
        ("list-customers --sort -last_contact", "field 'last_contact' is unknown; did you mean last_contact_at?"),
        ("config set tiers.core.evry 2m", "setting 'tiers.core.evry' is unknown; did you mean tiers.core.every?"),
    ],
)  # fmt: skip
def test_a_value_misspelt_is_asked_about(command: str, sentence: str) -> None:
    refused(command, 2, sentence)


@pytest.mark.usefixtures("book")
def test_what_is_like_nothing_gets_the_whole_list() -> None:
    refused(
        "due --tier gold",
        2,
        "tier 'gold' is unknown; choose one of core (核心客户), potential (潜力客户), ordinary (普通客户)",
    )


# --- tags ---


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("options", "notes"),
    [
        ("--tag vip", []),
        ("--tag vip --tag 老客户", []),
        ("--tag vpi", ["No customer has the tag 'vpi'; did you mean vip?"]),
        ("--tag 老客戶", []),  # another writing of the same
        ("--tag 老客尸", ["No customer has the tag '老客尸'; did you mean 老客户?"]),
        ("--tag VIP", ["No customer has the tag 'VIP'; did you mean vip?"]),
        ("--tag unheard-of", ["No customer has the tag 'unheard-of'."]),
        ("--tag vip --tag vpi", ["No customer has the tag 'vpi'; did you mean vip?"]),
    ],
)
def test_a_tag_that_nobody_has_is_said_and_finds_nobody(options: str, notes: list[str]) -> None:
    for command in ("list-customers --json", "due --json"):
        ran = run(f"{command} {options}")
        assert (ran.code, ran.err.splitlines()) == (0, notes)
        assert ran.json["count"] == (0 if notes else 1)


@pytest.mark.usefixtures("book")
def test_a_tag_taken_away_again_is_nobodys() -> None:
    crm("tag c1 --remove vip")
    assert run("due --count --tag vip") == (0, "0\n", "No customer has the tag 'vip'.\n")


@pytest.mark.usefixtures("book")
def test_with_allowed_tags_a_filter_still_only_says_so_and_a_writer_asks() -> None:
    crm("config set tags.allowed vip,老客户,partner")
    assert run("due --count --tag vpi").err == "No customer has the tag 'vpi'; did you mean vip?\n"
    assert run("due --count --tag partnr").err.endswith("did you mean partner?\n")
    assert run("due --count --tag partner").err == "No customer has the tag 'partner'.\n"
    refused("tag c1 vpi", 2, "tag 'vpi' is not allowed; did you mean vip?")
    refused("tag c1 gold", 2, "tag 'gold' is not allowed; choose one of vip, 老客户, partner")


def test_where_there_is_nobody_at_all_no_tag_is_missed() -> None:
    assert run("list-customers --tag vip") == (0, "", "No customer fits.\n")


@pytest.mark.parametrize(
    ("typed", "meant", "in_chinese"),
    [("paymet", "payment", "回款（payment）"), ("汇款", "回款", "回款（payment）")],
)
def test_a_word_is_suggested_in_chinese_to_who_reads_it(typed: str, meant: str, in_chinese: str) -> None:  # fmt: skip
    refused(f"due --kind {typed}", 2, f"kind {typed!r} is unknown; did you mean {meant}?")
    told = run(f"--lang zh due --kind {typed}").err
    assert in_chinese in told


def test_two_words_that_are_both_near_are_no_suggestion() -> None:
    assert "did you mean" not in run("due --kind 来访").err
