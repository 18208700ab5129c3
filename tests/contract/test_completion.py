"""What shells are offered for a half-typed line: by the real process, in the protocols of the scripts that Typer installs."""

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli import config
from crmcli.app import COMMANDS, build
from crmcli.commands.shared import offers
from crmcli.commands.shared.completion import of_module
from crmcli.output import shells
from crmcli.output.shells import Asked, Offer
from crmcli.rules import terms
from crmcli.store import frozen
from tests.contract.program import everything_in, patched_anew
from tests.support import crm, heavy, place_at, run_in_process, run_process

BASH = shutil.which("bash")
NASTY = (
    "Acme Ltd", "O'Brien & Sons", 'Say "hi" *', "Yahoo! $x", "back\\slash `id`", "A:B=C@D", "~tilde #hash", "(a) [b] {c,d}?",
    "华东精工（集团）有限公司", "x|y;z<w>v", "a  b", "tail\\", "q ^ % -", "the Smiths'", 'The "Best"', "Wow!",
)  # fmt: skip


# --- asking, shell by shell ---


def answered(shell: str, **asked: str) -> list[str]:
    """The lines that the real process answers; never an error."""
    ran = run_process([], {"_CRM_COMPLETE": f"complete_{shell}", **asked})
    assert (ran.code, ran.err) == (0, "")
    return ran.lines


def bash(*words: str, **around: str) -> list[str]:
    """What bash is offered for the last of these words, each as it stands on the line."""
    asked = {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    return answered("bash", **asked, **around)


def zsh(line: str, **around: str) -> list[str]:
    """The words and descriptions that zsh's script is told."""
    (told,) = answered("zsh", _TYPER_COMPLETE_ARGS=line, **around)
    found = re.fullmatch(
        r"local -a crm_offers; crm_offers=\((.*)\); _describe -V crm crm_offers -U", told
    )
    return shlex.split(found[1]) if found else [told]


def fish(line: str, **around: str) -> list[str]:
    """The words and descriptions that fish's script is told."""
    asked = {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    return answered("fish", **asked, **around)


def offered(typed: str, **around: str) -> list[str]:
    """The words that fish is told, alone; asked in this process, as there are many to ask for."""
    asked = {"_TYPER_COMPLETE_ARGS": typed, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    ran = run_in_process([], _CRM_COMPLETE="complete_fish", **asked, **around)
    assert (ran.code, ran.err) == (0, "")
    return [line.partition("\t")[0] for line in ran.lines]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a file with a few of everything; tests only look at it."""
    folder = tmp_path_factory.mktemp("filled")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in place_at(folder).items():
            patch.setenv(name, value)
        for command in (
            "config set fields.region choice:north,south",
            "config set fields.seats number",
            "config set tiers.diamond.rank 0",
            "config set tiers.diamond.label_zh 钻石客户",
            "add-customer 'Acme Ltd' --tag vip --tag export --city London --tier core --person 'Jane Roe'",
            "add-customer 'Acme Two' --tag 老客户 --city 上海 --industry 机械",
            "add-customer 华东精工有限公司 --short-name 华精 --city 上海 --tag VIP客户",
            "add-customer 华南精工 --city 广州",
            'add-customer "O\'Brien & Sons" --kind person',
            "add-customer Gone",
            "delete c6",
            "add-task c1 'call 13800005678' --due today",
            "add-task c3 寄样品 --due +30d",
            "log-contact c4 'asked for a quote' --next 'send it' --on today",
            "key-date c3 birthday 11-22",
            "segment save 老客 --tag 老客户",
            "segment save 'Big ones' --tier core",
        ):
            crm(command)
    return folder


@pytest.fixture
def here(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This test asks about that file."""
    monkeypatch.setenv("CRM_DB", str(filled / "crm.db"))
    return filled


# --- commands and options ---


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("crm d", [name for name in COMMANDS if name.startswith("d")]),
        ("crm add", [name for name in COMMANDS if name.startswith("add")]),
        ("crm --db x.db sh", ["show"]),
        ("crm due --ex", ["--explain", "--exit-code"]),
        ("crm due --explain --ex", ["--exit-code"]),
        ("crm log-contact c1 --next", ["--next", "--next-owner"]),
        ("crm log-contact c1 --next x --next", ["--next", "--next-owner"]),
        ("crm log-contact c1 --next --next", []),
        ("crm --la", ["--lang"]),
        ("crm due --la", ["--lang"]),
        ("crm --in", ["--install-completion"]),
        ("crm due -- --ex", []),
        ("crm zz", []),
        ("crm zz --", []),
    ],
)
def test_commands_and_options_are_completed(typed: str, words: list[str]) -> None:
    by_hand = {"COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    assert answered("bash", **by_hand) == words
    assert offered(typed) == words


def test_commands_and_options_are_told_with_what_they_are() -> None:
    assert zsh("crm sh") == ["show:A customer's whole story on one screen."]
    assert fish("crm sh") == ["show\tA customer's whole story on one screen."]
    assert zsh("crm due --exp") == ["--explain:Say why, for each."]
    assert fish("crm due --exp") == ["--explain\tSay why, for each."]
    chinese = fish("crm --lang zh due --exp")
    assert chinese == fish("crm due --exp", CRM_LANG="zh") != fish("crm due --exp")


@pytest.mark.parametrize("name", COMMANDS)
def test_declarations_are_read_as_typer_reads_them(name: str) -> None:
    ours = list(of_module(import_module(f"crmcli.commands.{COMMANDS[name].module}")))
    theirs = [one for one in build(name).params if not {"--db", "--lang", "--plain", "--version"} & set(one.opts)]  # fmt: skip
    assert [(list(one.names), one.takes_value, one.is_many) for one in ours if one.names] == [
        ([*one.opts, *one.secondary_opts], not one.is_flag, one.multiple)
        for one in theirs
        if one.param_type_name == "option"
    ]
    assert [one.is_many for one in ours if not one.names] == [
        one.nargs == -1 for one in theirs if one.param_type_name == "argument"
    ]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shells_part_can_be_printed(shell: str) -> None:
    ran = run_process(f"--show-completion {shell}", TOLD)
    assert ran.code == 0
    assert "_CRM_COMPLETE" in ran.out
    assert run_process([], {"_CRM_COMPLETE": f"source_{shell}"}).out.strip() == ran.out.strip()


TOLD = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
"""Typer asks which shell started it, and under make that is none that it knows; so it is told."""


# --- customers by name ---


def test_a_name_is_completed_in_each_shell(here: Path) -> None:
    assert bash("crm", "show", "A") == ["Acme\\ Ltd", "Acme\\ Two"]
    assert zsh("crm show A") == ["Acme Ltd:c1", "Acme Two:c2"]
    assert fish("crm show A") == ["Acme Ltd\tc1", "Acme Two\tc2"]
    assert bash("crm", "show", "O") == ["O\\'Brien\\ \\&\\ Sons"]
    assert zsh("crm show O") == ["O'Brien & Sons:c5"]
    assert fish("crm show O") == ["O'Brien & Sons\tc5"]
    powershell = {"_TYPER_COMPLETE_ARGS": "crm show O", "_TYPER_COMPLETE_WORD_TO_COMPLETE": "O"}
    assert answered("powershell", **powershell) == ["'O''Brien & Sons':::c5"]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("acme", ["Acme Ltd", "Acme Two"]),
        ("ＡＣＭＥ", ["Acme Ltd", "Acme Two"]),
        ("'acme l", ["Acme Ltd"]),  # into the legal form, by which it is not looked up
        ("华东精工有限公", ["华东精工有限公司"]),
        ("华", ["华东精工有限公司", "华南精工"]),
        ("华精", ["华精"]),
        ("obr", ["O'Brien & Sons"]),
        ("Gone", []),
        ("nobody", []),
        # none begins so: by part, by sound, by initials
        ("精工", ["华东精工有限公司", "华南精工"]),
        ("rien", ["O'Brien & Sons"]),
        ("huanan", ["华南精工"]),
        ("hdjg", ["华东精工有限公司"]),
    ],
)
def test_names_are_found_by_beginning_else_as_find_does(
    here: Path, typed: str, names: list[str]
) -> None:
    assert offered(f"crm show {typed}") == names
    assert offered(f"crm log-contact {typed}") == names
    assert offered(f"crm add-customer X --referred-by {typed}") == names


def test_a_short_name_is_told_with_the_whole_one(here: Path) -> None:
    assert fish("crm show 华精") == ["华精\tc3 华东精工有限公司"]


def test_before_anything_is_typed_come_those_due_then_those_talked_to(here: Path) -> None:
    due = [item["customer"]["name"] for item in crm("due --json").json["items"]]
    names = list(dict.fromkeys(due))
    assert set(names) == {"Acme Ltd", "Acme Two", "华东精工有限公司", "华南精工", "O'Brien & Sons"}
    assert offered("crm show ") == names
    assert offered("crm due --why ")[0] == "t1"
    earlier = {"CRM_NOW": "2026-11-10T09:00"}  # nothing is due yet
    assert offered("crm show ", **earlier) == ["华南精工"]


def test_several_customers_of_one_name_are_one_suggestion(place: Path) -> None:
    for _ in range(2):
        crm("add-customer Twin --allow-duplicate")
    assert fish("crm show T") == ["Twin\tc1, c2"]


def test_at_most_fifty(place: Path) -> None:
    rows = "".join(f"Acme {number:03}\n" for number in range(120))
    crm("import -", stdin=f"name\n{rows}")
    for typed in ("A", "cm", "c", "c1", ""):
        assert len(offered(f"crm show {typed}")) == (20 if not typed else min(50, 32 if typed == "c1" else 50))  # fmt: skip


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("-minus", "c1"),
        ("T3", "c1"),
        ("ext:5", "c1"),
        ("Tab\tand\nline", "Tab and line"),
        ("Red\x1b[31m Co", "Red[31m Co"),
        ("over\u202eride", "override"),
        ("wide\u3000space", "wide space"),
    ],
)
def test_what_is_suggested_is_harmless_and_leads_back(place: Path, name: str, word: str) -> None:
    crm(["add-customer", "--", name])
    assert fish("crm show ") == [f"{word}\t" + ("c1" if word != "c1" else name)]
    assert crm(["show", word, "--json"]).json["item"]["ref"] == "c1"
    for shell in ("bash", "zsh", "fish"):
        for line in _everything(shell, "crm", "show", name[:1]):
            assert line.isprintable() or line.replace("\t", "").isprintable()


def _everything(shell: str, *words: str) -> list[str]:
    if shell == "bash":
        return bash(*words)
    return zsh(" ".join(words)) if shell == "zsh" else fish(" ".join(words))


# --- references ---


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("show c1", ["c1\tAcme Ltd"]),
        ("show C1", ["c1\tAcme Ltd"]),
        ("show c", ["c5\tO'Brien & Sons", "c4\t华南精工", "c3\t华东精工有限公司", "c2\tAcme Two", "c1\tAcme Ltd"]),
        ("show c6", []),  # deleted
        ("show c0", []),
        ("show h", ["h1\tJane Roe"]),
        ("show t", ["t3\tsend it", "t2\t寄样品", "t1\tcall 138****5678"]),
        ("edit t2", ["t2\t寄样品"]),
        ("delete i", ["i1\t2026-11-20 asked for a quote"]),
        ("show y", ["y1\t11-22 birthday"]),
        ("log-contact t2", []),
        ("history x1", ["x1\t2026-11-20 config", "x10\t2026-11-20 add-customer", "x11\t2026-11-20 delete", "x12\t2026-11-20 add-task", "x13\t2026-11-20 add-task", "x14\t2026-11-20 log-contact", "x15\t2026-11-20 key-date", "x16\t2026-11-20 segment", "x17\t2026-11-20 segment"]),
        ("undo x15", ["x15\t2026-11-20 key-date"]),
        ("key-date h", ["h1\tJane Roe"]),
        ("log-contact c1 x --with ", ["Jane Roe\th1"]),
        ("log-contact 'Acme Ltd' x --with j", ["Jane Roe\th1"]),
        ("log-contact c1 x --with h", ["h1\tJane Roe"]),
        ("log-contact c2 x --with ", []),
    ],
)  # fmt: skip
def test_references_are_completed_with_what_they_are(
    here: Path, typed: str, told: list[str]
) -> None:
    assert fish(f"crm {typed}") == told


def test_a_letter_may_begin_a_name_or_a_reference(place: Path) -> None:
    crm("add-customer Tidewater")
    crm("add-task c1 x")
    assert fish("crm show t") == ["Tidewater\tc1", "t1\tx"]
    assert bash("crm", "show", "t") == ["Tidewater", "t1"]


def test_done_and_snooze_are_offered_what_is_due(here: Path) -> None:
    items = crm("due --json").json["items"]
    settled = [item["ref"] for item in items if item["kind"] != "touch"]
    touched = [item["customer"]["name"] for item in items if item["kind"] == "touch"]
    assert set(settled) == {"t1", "t3", "y1"}
    assert offered("crm done ") == settled
    assert offered("crm snooze ") == [*settled, *touched]
    assert "t1\tAcme Ltd: call 138****5678" in fish("crm done ")
    assert offered("crm done t") == ["t1", "t3", "t2"]
    assert offered("crm done Acme") == ["t1"]
    assert offered("crm snooze c1") == ["c1"]


# --- words, tags, tiers, fields, settings ---


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("list-customers --tier ", ["diamond", "core", "potential", "ordinary"]),
        ("list-customers --tier=c", ["--tier=core"]),
        ("list-customers --tier 核", ["核心客户", "核心"]),
        ("list-customers --tier 钻", ["钻石客户"]),
        ("list-customers --stage ", ["prospect", "interested", "customer", "lost"]),
        ("list-customers --stage 流", ["流失客户", "流失"]),
        ("list-customers --lifecycle l", ["lost", "lead"]),
        ("list-customers --intent h", ["high"]),
        ("list-customers --tag ", ["VIP客户", "export", "vip", "老客户"]),
        ("list-customers --tag v", ["vip"]),
        ("list-customers --tag EX", ["export"]),
        ("list-customers --tag 老", ["老客户"]),
        ("list-customers --tag at", ["at-risk"]),
        ("list-customers --tag 高", ["高价值"]),
        ("list-customers --where 'auto_tags has a", ["auto_tags has active", "auto_tags has at-risk", "auto_tags has advocate"]),
        ("list-customers --segment ", ["Big ones", "老客"]),
        ("due --segment 老", ["老客"]),
        ("segment ", ["save", "list", "delete"]),
        ("segment delete b", ["Big ones"]),
        ("list-customers --city 上", ["上海"]),
        ("list-customers --city ", ["London", "上海", "广州"]),
        ("list-customers --industry ", ["机械"]),
        ("list-customers --sort last", ["last_contact_at", "last_contact_on", "last_order_on"]),
        ("list-customers --sort -na", ["-name"]),
        ("list-customers --sort field.s", ["field.seats"]),
        ("list-customers --where loss", ["loss_reason = ", "loss_reason != ", "loss_reason < ", "loss_reason <= ", "loss_reason > ", "loss_reason >= ", "loss_reason ~ ", "loss_reason has "]),
        ("list-customers --where la", ["last_contact_at ", "last_contact_on ", "last_order_on "]),
        ("list-customers --where 'stage = l", ["stage = lost"]),
        ("list-customers --where 'tags has v", ["tags has vip"]),
        ("list-customers --where 'city~", ["city~London", "city~上海", "city~广州"]),
        ("list-customers --where 'field.region = ", ["field.region = north", "field.region = south"]),
        ("list-customers --where 'name = ", []),
        ("add-customer X --kind ", ["company", "person"]),
        ("add-customer X --prefer we", ["wechat", "wecom"]),
        ("add-customer X --role a", ["approver", "acceptor"]),
        ("add-customer X --field ", ["region=", "seats="]),
        ("add-customer X --field reg", ["region=north", "region=south"]),
        ("add-customer X --field region=s", ["region=south"]),
        ("log-contact c1 --channel ", ["call", "visit", "meeting", "video", "email", "wechat", "wecom", "message", "event", "other"]),
        ("log-contact c1 --channel 微", ["微信"]),
        ("log-contact c1 --channel 企", ["企业微信", "企微"]),
        ("log-contact c1 --channel ph", ["phone"]),
        ("log-contact c1 --loss-reason n", ["no budget"]),
        ("due --kind t", ["touch", "task", "tier-review"]),
        ("due --kind ", [*terms.DUE_KIND.words]),
        ("due --kind 复", ["复盘", "复购提醒", "复购"]),
        ("key-date c1 ", ["birthday", "anniversary", "qualification"]),
        ("play c1 ", ["escort", "review", "revive"]),
        ("play c1 护", ["护航"]),
        ("add-risk c1 x --level ", ["1", "2", "3"]),
        ("key-date c1 birthday ", []),
        ("tag c1 ", ["VIP客户", "export", "vip", "老客户"]),
        ("tag c1 vip e", ["export"]),
        ("tag c1 --remove ", ["export", "vip"]),
        ("tag Acme --remove v", ["vip"]),
        ("edit c1 --set ti", ["tier=diamond", "tier=core", "tier=potential", "tier=ordinary"]),
        ("edit c1 --set city=L", ["city=London"]),
        ("edit c1 --set referred_by=华南", ["referred_by=华南精工"]),
        ("edit c1 --set do", ["do_not_contact=yes", "do_not_contact=no"]),
        ("edit c1 --set field.reg", ["field.region=north", "field.region=south"]),
        ("edit t1 --set d", ["due_on=", "due_time=", "due="]),
        ("edit i1 --set dir", ["direction=in", "direction=out", "direction=both"]),
        ("edit y1 --set k", ["kind=birthday", "kind=anniversary", "kind=qualification"]),
        ("config ", ["list", "get", "set", "unset", "path", "edit"]),
        ("config get tiers.d", ["tiers.diamond.benefits", "tiers.diamond.every", "tiers.diamond.label_zh", "tiers.diamond.rank", "tiers.diamond.share"]),
        ("config set lan", ["lang"]),
        ("config set lang ", ["en", "zh"]),
        ("config set fields.x ", ["text", "number", "date", "choice:"]),
        ("config get lang ", []),
        ("config list ", []),
        ("--lang ", ["en", "zh"]),
        ("export ", ["customers", "people", "interactions", "orders", "needs", "tasks", "promises", "deals", "surveys", "all"]),
        ("export customers --format ", ["csv", "jsonl", "xlsx", "vcf", "ics"]),
        ("export customers --vcard ", ["3.0", "4.0"]),
        ("find x --kind t", ["task"]),
        ("import x.csv --on-duplicate ", ["update", "skip", "reject"]),
        ("import x.csv --key e", ["external_id", "email"]),
        ("import ", []),  # a file: the shell's own business
        ("backup ", []),
        ("add-customer ", []),
        ("notify-test e", ["email"]),
        ("notify-test file ", ["desktop", "email", "command", "file", "urls"]),
        ("calendar i", ["import"]),
        ("schedule i", ["install"]),
        ("schedule install --with s", ["systemd"]),
    ],
)  # fmt: skip
def test_values_are_completed(here: Path, typed: str, words: list[str]) -> None:
    assert offered(f"crm {typed}") == words


def test_in_chinese_tiers_are_offered_by_label_too_and_words_explained(here: Path) -> None:
    assert fish("crm list-customers --tier ", CRM_LANG="zh") == [
        "diamond\t钻石客户", "钻石客户\tdiamond", "core\t核心客户", "核心客户\tcore", "potential\t潜力客户", "潜力客户\tpotential",
        "ordinary\t普通客户", "普通客户\tordinary",
    ]  # fmt: skip
    assert fish("crm list-customers --stage l", CRM_LANG="zh") == ["lost\t流失客户"]
    assert fish("crm list-customers --stage 流失", CRM_LANG="en") == [
        "流失客户\tlost",
        "流失\tlost",
    ]


def test_settings_are_told_with_what_they_decide(here: Path) -> None:
    assert fish("crm config get privacy.m") == [
        "privacy.mask\twhere phones and e-mails are masked: always, in lists, or never",
        "privacy.mask_amounts\twhether amounts of money are masked, too",
    ]


def test_allowed_tags_are_the_ones_offered(place: Path) -> None:
    crm("add-customer Acme --tag old")
    crm("config set tags.allowed vip,export")
    assert offered("crm tag c1 ") == offered("crm add-customer X --tag ") == ["vip", "export"]
    assert offered("crm tag c1 --remove ") == offered("crm due --tag ") == ["old"]


# --- what is offered is what the program takes ---


def test_every_entry_of_the_table_belongs_to_some_parameter() -> None:
    commands = {
        name: [key for one in of_module(import_module(f"crmcli.commands.{entry.module}")) for key in one.keys]
        for name, entry in COMMANDS.items()
    }  # fmt: skip
    used = {key for keys in commands.values() for key in keys} | {"LANG"}
    used |= {f"{name} {key}" for name, keys in commands.items() for key in keys}
    assert set(offers.VALUES) - used == set(offers.OF_FIELDS)


FREE = set(
    """
    NAME SUMMARY TEXT RESULT DATE FILE --short-name --size --address --uscc --source --since --phone --email --wechat
    --person --title --external-id --note --cadence --visit-cadence --reason --at --minutes --ours --feedback --agreed
    --next --on --next-owner --cost --text-file --days --limit --due --owner --concern --preferences --lead --map
    --encoding --sheet --spread --rejects --out --tech-owner --category --wish --needed-by --budget --workaround --criterion
    --as-of --good --bad --comment --pain --future --step --by --for --until WHAT SOLUTION --to --action TITLE --text --impact
    --option --amends --path --consent-on --consent-source --consent-scope --every --weekdays --html --ics --key-file --recipient --identity
    TEMPLATE --subject --changed-on --milestone --from --terms --amount --kind --attach --year --probability --quoted --valid-until --close-on --pay-by --paid AMOUNT
    """.split()  # noqa: SIM905 - a line for each would fill a screen
)
"""What takes one's own words, numbers, dates and files."""


def test_every_parameter_is_completed_or_takes_free_text() -> None:
    """A new option belongs into `offers.VALUES`, or here."""
    free = {
        next(iter(one.keys))
        for name, entry in COMMANDS.items()
        for one in of_module(import_module(f"crmcli.commands.{entry.module}"))
        if one.takes_value
        and not offers.VALUES.keys() & {*one.keys, *(f"{name} {key}" for key in one.keys)}
    }
    assert free == FREE


@pytest.mark.parametrize("key", sorted(offers.CHOICES))
def test_settings_take_what_is_offered(key: str) -> None:
    assert [config.read_value(key, value) for value in offers.CHOICES[key]] == [*offers.CHOICES[key]]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "typed"),
    [
        ("export zz", "export "),
        ("export customers --format zz", "export customers --format "),
        ("export customers --vcard zz", "export customers --vcard "),
        ("import no.csv --as zz", "import no.csv --as "),
        ("import no.csv --on-duplicate zz", "import no.csv --on-duplicate "),
        ("import no.csv --key zz", "import no.csv --key "),
        ("find x --kind zz", "find x --kind "),
        ("config zz", "config "),
        ("list-customers --sort zz", "list-customers --sort "),
        ("list-customers --where 'zz = 1'", "list-customers --where "),
        ("edit c1 --set zz=1", "edit c1 --set "),
        ("edit t1 --set zz=1", "edit t1 --set "),
        ("edit h1 --set zz=1", "edit h1 --set "),
        ("edit i1 --set zz=1", "edit i1 --set "),
        ("edit y1 --set zz=1", "edit y1 --set "),
    ],
)
def test_the_program_names_the_same_words(here: Path, command: str, typed: str) -> None:
    ran = run_in_process(f"{command} --dry-run" if command.startswith("edit") else command)
    assert ran.code == 2
    listed = ran.err.strip().rpartition("choose one of ")[2]
    known = re.sub(r" \([^)]*\)", "", listed).split(", ")
    words = {word.rstrip("= ") for word in offered(f"crm {typed}")}
    custom = {"field.region", "field.seats", "field.NAME"}  # told by the program as a kind only
    assert words - custom == set(known) - custom


# --- which file ---


def test_the_file_is_the_one_named_on_the_line_else_by_the_environment(
    filled: Path, place: Path
) -> None:
    crm("add-customer Other")
    theirs = filled / "crm.db"
    assert offered("crm show O") == ["Other"]
    for line in (
        f"crm --db {theirs} show O",
        f"crm --db={theirs} show O",
        f"crm show --db '{theirs}' O",
        f"crm show --db {place}/crm.db --db {theirs} --brief O",
        "crm --db $HERE/crm.db show O",
    ):
        assert offered(line, HERE=str(filled)) == ["O'Brien & Sons"], line
    assert offered("crm show O", CRM_DB=str(theirs)) == ["O'Brien & Sons"]
    assert bash("crm", "--db", "=", str(theirs), "show", "O") == ["O\\'Brien\\ \\&\\ Sons"]
    assert offered("crm --db ~/crm.db show O", HOME=str(filled)) == ["O'Brien & Sons"]


def test_the_language_of_config_toml_is_spoken(here: Path, place: Path) -> None:
    other = place / "other.toml"
    other.write_text('lang = "zh"\n')
    assert fish("crm list-customers --stage l", CRM_CONFIG=str(other)) == ["lost\t流失客户"]
    other.write_text("lang = [broken")
    assert fish("crm list-customers --stage l", CRM_CONFIG=str(other)) == ["lost"]


# --- nothing is left behind, nothing waited for, nothing complained of ---

ASKED = ("crm show A", "crm show ", "crm show c", "crm list-customers --tag ", "crm done ")


def test_looking_leaves_no_trace(filled: Path, here: Path) -> None:
    before = everything_in(filled)
    for line in ASKED:
        assert offered(line)
    assert everything_in(filled) == before


def test_a_missing_file_is_not_made(place: Path) -> None:
    for line in ASKED:
        assert offered(line) == []
    assert offered("crm list-customers --tier ") == ["core", "potential", "ordinary"]
    assert everything_in(place) == {}


def test_while_another_program_writes_the_file_is_read_as_it_was(place: Path) -> None:
    crm("add-customer Acme")
    writer = sqlite3.connect(place / "crm.db", isolation_level=None)
    try:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE customer SET name = 'Beta', name_key = 'beta'")
        names = sorted(everything_in(place))
        assert offered("crm show ") == ["Acme"]
        writer.execute("COMMIT")
        assert offered("crm show ") == ["Beta"]
        assert sorted(everything_in(place)) == names
    finally:
        writer.close()


def test_a_log_without_its_index_is_left_alone(place: Path) -> None:
    """As of a copy of a file in use: to read the log SQLite would have to make the index."""
    crm("add-customer Acme")
    writer = sqlite3.connect(place / "crm.db", isolation_level=None)
    writer.execute("UPDATE customer SET name = 'Beta', name_key = 'beta'")
    copied = place / "copied"
    copied.mkdir()
    for ending in ("", "-wal"):
        shutil.copy(place / f"crm.db{ending}", copied / f"crm.db{ending}")
    writer.close()
    before = everything_in(copied)
    assert offered("crm show ", CRM_DB=str(copied / "crm.db")) == ["Acme"]
    assert everything_in(copied) == before


def test_a_locked_file_is_not_waited_for(place: Path) -> None:
    crm("add-customer Acme")
    writer = sqlite3.connect(place / "crm.db", isolation_level=None)
    writer.execute("PRAGMA locking_mode = EXCLUSIVE")
    writer.execute("BEGIN EXCLUSIVE")
    assert offered("crm show ") in ([], ["Acme"])
    writer.close()


@pytest.mark.parametrize("trouble", ["newer", "older", "foreign", "garbage", "folder", "pipe", "clock", "zone"])  # fmt: skip
def test_trouble_is_no_suggestion(place: Path, trouble: str) -> None:
    crm("add-customer Acme")
    path, around = place / "crm.db", {}
    if trouble in ("newer", "older"):
        with sqlite3.connect(path) as db:
            db.execute(f"PRAGMA user_version = {frozen.SCHEMA_VERSION + (1 if trouble == 'newer' else -1)}")  # fmt: skip
        db.close()
    elif trouble == "foreign":
        path.unlink()
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE x (y)")
        db.close()
    elif trouble == "garbage":
        path.write_bytes(b"no database at all" * 1000)
    elif trouble in ("folder", "pipe"):
        path.unlink()
        path.mkdir() if trouble == "folder" else os.mkfifo(path)
    else:
        around = {"CRM_NOW": "nonsense"} if trouble == "clock" else {}
        crm("config set timezone Asia/Shanghai")
        if trouble == "zone":
            with sqlite3.connect(path) as db:
                db.execute("UPDATE setting SET value = 'Nowhere/Land' WHERE name = 'timezone'")
            db.close()
    for line in ("crm show ", "crm done "):
        assert offered(line, **around) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"_CRM_COMPLETE": "complete_bash"},
        {"_CRM_COMPLETE": "complete_bash", "COMP_WORDS": "crm show", "COMP_CWORD": "x"},
        {"_CRM_COMPLETE": "complete_bash", "COMP_WORDS": "crm show", "COMP_CWORD": "99"},
        {"_CRM_COMPLETE": "complete_bash", "COMP_WORDS": "", "COMP_CWORD": "0"},
        {"_CRM_COMPLETE": "complete_zsh"},
        {"_CRM_COMPLETE": "complete_tcsh"},
        {"_CRM_COMPLETE": "complete_fish", "_TYPER_COMPLETE_ARGS": "crm show \udce5\udc8d"},
    ],
)
def test_an_odd_question_has_no_answer(asked: dict[str, str]) -> None:
    ran = run_process([], asked)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out in ("", "\n".join([*COMMANDS, ""]))


def test_fish_is_told_first_whether_there_is_anything(here: Path) -> None:
    asked = {"_CRM_COMPLETE": "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "is-args"}
    assert run_process([], {**asked, "_TYPER_COMPLETE_ARGS": "crm show A"}) == (0, "", "")
    assert run_process([], {**asked, "_TYPER_COMPLETE_ARGS": "crm import "}) == (1, "", "")


def test_zsh_completes_files_where_nothing_is_offered(here: Path) -> None:
    assert zsh("crm import ") == ["_files"]


# --- what a line keeps when a suggestion is put in ---


def test_bash_loses_nothing_that_was_typed(here: Path) -> None:
    """Of several suggestions bash puts in what they have in common, were it shorter than what stands there."""
    assert bash("crm", "show", "精工") == ["华东精工有限公司", "华南精工", "…"]
    assert bash("crm", "show", "acme") == ["Acme\\ Ltd", "Acme\\ Two"]
    assert bash("crm", "add-customer", "X", "--field", "seat") == ["seats=", "seats=…"]
    assert bash("crm", "add-customer", "X", "--field", "reg") == ["region=north", "region=south"]


def test_zsh_goes_through_what_has_nothing_in_common_with_what_was_typed(here: Path) -> None:
    (told,) = answered("zsh", _TYPER_COMPLETE_ARGS="crm show 精工")
    assert told == (
        "compstate[insert]=menu; local -a crm_offers; crm_offers=('华东精工有限公司:c3' '华南精工:c4'); "
        "_describe -V crm crm_offers -U"
    )
    (told,) = answered("zsh", _TYPER_COMPLETE_ARGS="crm add-customer X --field seat")
    assert told == (
        "local -a crm_offers; crm_offers=('seats='); _describe -V crm crm_offers -U -S ''"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["'Acme L"], ["Acme Ltd"]),
        (['"Acme L'], ["Acme Ltd"]),
        (["Acme\\ L"], ["Acme\\ Ltd"]),
        (["'Acme'\" L"], [" Ltd"]),  # only what follows the open mark is replaced
        (["'O"], ["O'\\''Brien & Sons"]),
        (['"O'], ["O'Brien & Sons"]),
        (["O\\'B"], ["O\\'Brien\\ \\&\\ Sons"]),
        (["'华东"], ["华东精工有限公司"]),
    ],
)
def test_bash_goes_on_from_an_open_quotation_mark(
    here: Path, words: list[str], told: list[str]
) -> None:
    assert bash("crm", "show", *words) == told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["list-customers", "--tier", "="], ["diamond", "core", "potential", "ordinary"]),
        (["list-customers", "--tier", "=", "c"], ["core"]),
        (["list-customers", "--tier", "=", '"c'], ["core"]),
        (["edit", "c1", "--set", "tier", "=", "c"], ["core"]),
        (["edit", "c1", "--set", "'tier=c"], ["tier=core"]),
        (["edit", "c", ":", "1", "--set", "tier", "=", "c"], ["core"]),
    ],
)
def test_bash_divides_words_at_signs(here: Path, words: list[str], told: list[str]) -> None:
    assert bash("crm", *words) == told


def test_an_empty_word_in_the_middle_of_a_line_and_a_line_break_in_one(here: Path) -> None:
    asked = {"COMP_WORDS": "crm\nshow\n\n--brief", "COMP_CWORD": "2"}
    assert "Acme\\ Ltd" in answered("bash", **asked)
    asked = {"COMP_WORDS": "crm\nlog-contact\nc1\n'a\nb'\n--chan", "COMP_CWORD": "4"}
    assert answered("bash", **asked) == ["--channel"]


# --- a real bash ---


@pytest.fixture
def program(place: Path) -> Path:
    """A folder with a program `crm`, and with the script that completes it."""
    folder = place / "bin"
    folder.mkdir()
    (folder / "crm").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m crmcli "$@"\n')
    (folder / "crm").chmod(0o755)
    (folder / "completion.bash").write_text(run_process("--show-completion bash", TOLD).out)
    return folder


def in_bash(program: Path, script: str, **around: str) -> list[str]:
    """The lines that a bash prints which has read the installed script."""
    assert BASH
    search = f"{program}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [BASH, "--norc", "-c", f"source {program}/completion.bash\n{script}"],
        env={**os.environ, "PATH": search, **around},
        capture_output=True,
        check=False,
        timeout=120,
        cwd=program,
    )
    assert not done.stderr.decode()
    assert done.returncode == 0
    return done.stdout.decode().splitlines()


@pytest.mark.skipif(BASH is None, reason="there is no bash here")
def test_a_real_bash_puts_in_words_that_it_reads_back(program: Path) -> None:
    names = [f"Q {name}" for name in NASTY]
    for name in names:
        crm(["add-customer", "--allow-duplicate", name])
    script = 'read_back() { eval "set -- $1"; echo "$#:$1"; }\n'
    for mark in ("", "'", '"'):
        script += f"""
        mark={shlex.quote(mark)}
        COMP_WORDS=(crm show "$mark"Q) COMP_CWORD=2
        _crm_completion crm
        for word in "${{COMPREPLY[@]}}"; do
            [[ $word == *"$mark" ]] || word+=$mark  # as bash closes an open one
            read_back "$mark$word"
        done
        """
    assert sorted(in_bash(program, script)) == sorted(f"1:{name}" for name in names * 3)


@pytest.mark.skipif(BASH is None, reason="there is no bash here")
def test_a_real_bash_completes_a_command_line(here: Path, program: Path) -> None:
    script = """
    complete -p crm
    COMP_WORDS=(crm show A) COMP_CWORD=2; _crm_completion crm; printf '%s\\n' "${COMPREPLY[@]}"
    COMP_WORDS=(crm list-customers --tier = co --city x) COMP_CWORD=4; _crm_completion crm; printf '%s\\n' "${COMPREPLY[@]}"
    COMP_WORDS=(crm import "") COMP_CWORD=2; _crm_completion crm; echo "${#COMPREPLY[@]}"
    """
    assert in_bash(program, script) == [
        "complete -o default -F _crm_completion crm", "Acme\\ Ltd", "Acme\\ Two", "core", "0",
    ]  # fmt: skip


@settings(max_examples=heavy(300))
@given(
    name=st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), min_size=1),
    mark=st.sampled_from(("", "'", '"')),
)
def test_what_bash_is_told_is_read_back_as_the_name(name: str, mark: str) -> None:
    told = shells.written("bash", Asked([], "", "", mark), [Offer(name)])
    closing = "" if told.endswith(mark) else mark  # as bash sees it
    assert shells.read_word(f"{mark}{told}{closing}") == (name, "", "")


# --- speed: what is not loaded ---

HEAVY = {"sqlmodel", "sqlalchemy", "pydantic", "alembic", "rich", "pypinyin", "tomlkit", "chinese_calendar"}  # fmt: skip
LOADED = patched_anew(
    "import atexit, json, os, sys",
    "def dump():",
    "    with open(os.environ['LOADED'], 'w') as file: json.dump(sorted(sys.modules), file)",
    "atexit.register(dump)",
)


@pytest.mark.parametrize("line", ["crm show A", "crm show ", "crm show 精工", "crm log-contact A"])
def test_nothing_heavy_is_loaded(here: Path, place: Path, line: str) -> None:
    words = line.split(" ")
    around = {
        "_CRM_COMPLETE": "complete_bash",
        "COMP_WORDS": "\n".join(words),
        "COMP_CWORD": str(len(words) - 1),
        "LOADED": str(place / "loaded"),
    }
    done = subprocess.run(LOADED, env={**os.environ, **around}, capture_output=True, check=True)
    assert done.stdout
    loaded = set(json.loads((place / "loaded").read_text()))
    assert not {name for name in loaded if name.partition(".")[0] in HEAVY}
