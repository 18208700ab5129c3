"""`due --walk` and `triage --walk` as a person meets them: a real process at a terminal of its own (CLI.md)."""

import json

import pytest

from crmcli.output.text import width
from tests.contract.program import refused
from tests.contract.terminal import Terminal
from tests.support import crm

ASKS = "[q] quit"


@pytest.fixture
def acme() -> None:
    crm("add-customer Acme --tier core --person Jane --phone 13800005678")
    crm("add-customer Beta")


def contents() -> str:
    """Everything that is kept, but for the log."""
    lines = crm("export all --format jsonl --reveal").lines
    return "\n".join(
        line for line in lines if json.loads(line).get("record") != "key_range"
    )  # never given out again


def newest() -> str:
    found = crm("history --json --limit 1").json["items"][0]["command"]
    assert isinstance(found, str)
    return found


# --- what is shown, and the keys that lead about ---


@pytest.mark.usefixtures("acme")
def test_each_item_says_what_and_why_and_how_to_reach_them() -> None:
    crm("log-contact c1 'asked for a price' --at 2026-10-01 --channel visit")
    with Terminal("due --walk --kind touch") as person:
        person.sees("1/2  c1:touch  Mon 2 Nov  18 days late\nAcme (core): ")
        person.sees("last contact 2026-10-01 (visit); due Mon 2")
        person.sees("last contact: Thu 1 Oct, visit, asked for a price\nphone: 13800005678\n")
        person.sees("settled by: crm log-contact c1\n")
        person.sees(
            "[l] log  [z] snooze  [s] story  [n] skip  [b] back  [u] undo  [?] help  [q] quit "
        )
        person.presses("n")
        person.sees("2/2  c2:touch  Fri 20 Nov  today\nBeta: never contacted")
        person.presses("b")
        person.sees("1/2  c1:touch")
        person.sees(ASKS)
        person.presses("b")
        person.sees("This is the first one.")
        person.sees("1/2  c1:touch")
        person.presses("?")
        person.sees("l  log a contact, and what comes next")
        person.sees("q  stop here; what is done stays done")
        person.presses("x")
        person.sees("'x' is none of these keys.")
        person.presses("s")
        person.sees("People")
        person.sees("1/2  c1:touch")
        person.presses("\x1b[A")  # an arrow is no key, nor the end
        person.sees("is none of these keys.")
        person.presses("\n")
        person.sees("2/2")
        person.presses("\uff51")  # the wide q of a Chinese keyboard
        person.sees("Nothing was changed.")
        assert person.leaves() == 0


@pytest.mark.usefixtures("acme")
def test_keys_may_be_typed_ahead_and_the_end_of_the_list_ends_the_walk() -> None:
    with Terminal("due --walk --kind touch") as person:
        person.presses("nn")
        person.sees("2/2")
        person.sees("Nothing was changed.")
        assert person.leaves() == 0


@pytest.mark.usefixtures("acme")
def test_the_options_of_the_list_choose_what_is_walked() -> None:
    with Terminal("due --walk --kind touch --tier core --days 3") as person:
        person.sees("1/1  c1:touch")
        person.presses("q")
        assert person.leaves() == 0
    with Terminal("due --walk --kind touch --limit 1") as person:
        person.sees("1/1  c1:touch")
        person.presses("n")
        person.sees("There is more; --limit 0 shows all.")
        assert person.leaves() == 0
    with Terminal("due --walk --kind promise") as person:
        person.sees("Nothing is due with --kind promise; --days 7 looks a week ahead.")
        assert person.leaves() == 0


# --- l: log ---


@pytest.mark.usefixtures("acme")
def test_a_contact_is_logged_with_what_comes_next_and_undone() -> None:
    before = contents()
    with Terminal("due --walk --kind touch") as person:
        person.sees(ASKS)
        person.presses("l")
        person.sees("What was said? (Enter: log nothing)")
        person.types("they're happy")
        person.sees("What comes next? (Enter: nothing)")
        person.types("send the offer")
        person.sees("By when? [1wd]")
        person.types("someday")
        person.sees("'someday'")
        person.sees("By when? [1wd]")
        person.types("fri")
        person.sees("Logged i1 with c1 Acme.")
        person.sees("Follow-up t1: send the offer, Fri 27 Nov (in 7 days).")
        person.sees("2/2  c2:touch")
        person.presses("q")
        person.sees("In this walk: logged: 1. crm undo takes it back, the last first.")
        assert person.leaves() == 0
    assert newest() == "crm log-contact c1 'they'\"'\"'re happy' --next 'send the offer' --on fri"
    logged = crm("show i1 --json").json["item"]
    assert (logged["summary"], logged["channel"]) == ("they're happy", "call")
    crm("undo")
    assert contents() == before


@pytest.mark.parametrize(
    ("made", "kind", "told"),
    [
        ("add-need c1 'it jams' --urgency urgent", "respond", {"need": "n1"}),
        ("add-promise c1 'a call' --due today", "promise", {"promise": "p1"}),
        ("add-deal c1 'a pump' --amount 100 --close-on 2026-11-20", "deal", {"deal": "d1"}),
        ("add-task c1 'send it' --due today", "task", {"need": None}),
    ],
)
@pytest.mark.usefixtures("acme")
def test_the_contact_is_about_what_the_item_is_of(
    made: str, kind: str, told: dict[str, str | None]
) -> None:
    crm(made)
    with Terminal(f"due --walk --days 9 --kind {kind}") as person:
        person.sees(ASKS)
        person.presses("l")
        person.sees("What was said?")
        person.types("well")
        person.sees("What comes next?")
        person.types("")
        person.sees("Logged i1")
        person.presses("q")
        assert person.leaves() == 0
    logged = crm("show i1 --json").json["item"]
    assert {name: logged[name] for name in told} == told


@pytest.mark.usefixtures("acme")
def test_a_visit_is_logged_as_one() -> None:
    crm("edit c1 --set visit_cadence=1m --set stage=customer")
    crm("log-contact c1 hi --channel visit --at 2026-09-01")
    with Terminal("due --walk --kind visit") as person:
        person.sees("settled by: crm log-contact c1 --channel visit")
        person.sees(ASKS)
        person.presses("l")
        person.sees("What was said?")
        person.types("saw the works")
        person.sees("What comes next?")
        person.types("")
        person.sees("In this walk: logged: 1")
        assert person.leaves() == 0
    assert crm("show i2 --json").json["item"]["channel"] == "visit"


@pytest.mark.usefixtures("acme")
def test_what_a_contact_does_not_settle_stays_to_be_done() -> None:
    crm("add-task c1 'send it' --due today")
    with Terminal("due --walk --kind task") as person:
        person.sees(ASKS)
        person.presses("l")
        person.sees("What was said?")
        person.types("well")
        person.sees("What comes next?")
        person.types("")
        person.sees("1/1  t1")
        person.sees(ASKS)
        person.presses("d")
        person.sees("What came of it? (Enter: nothing to say)")
        person.types("")
        person.sees("In this walk: logged: 1, done: 1.")
        assert person.leaves() == 0


# --- d: done ---


@pytest.mark.usefixtures("acme")
def test_done_with_a_result_and_undone_in_the_walk() -> None:
    crm("add-task c1 'send it' --due today")
    crm("add-task c2 'call' --due today")
    before = contents()
    with Terminal("due --walk --kind task") as person:
        person.sees("1/2  t1")
        person.sees(ASKS)
        person.presses("u")
        person.sees("Nothing was done in this walk yet.")
        person.sees(ASKS)
        person.presses("d")
        person.sees("What came of it?")
        person.types("sent")
        person.sees("Done: send it")
        person.sees("2/2  t2")
        person.sees(ASKS)
        assert crm("show t1 --json").json["item"]["result"] == "sent"
        assert newest() == "crm done t1 sent"
        crm("tag c2 vip")  # which is nothing of this walk
        person.presses("u")
        person.sees("Undid x")
        person.sees("1/2  t1")
        person.sees(ASKS)
        crm("tag c2 --remove vip")
        person.presses("q")
        person.sees("Nothing was changed.")
        assert person.leaves() == 0
    assert contents() == before


@pytest.mark.parametrize(
    ("made", "kind", "settled_by"),
    [
        ("add-need c1 'it jams' --urgency urgent", "respond", "crm log-contact c1 --need n1"),
        ("add-need c1 'it jams' --urgency urgent", "solve", "crm resolve n1 SOLUTION"),
        ("tag c1 vip", "touch", "crm log-contact c1"),
    ],
)
@pytest.mark.usefixtures("acme")
def test_what_is_settled_otherwise_names_its_command(made: str, kind: str, settled_by: str) -> None:
    crm(made)
    with Terminal(f"due --walk --days 9 --kind {kind}") as person:
        person.sees(f"settled by: {settled_by}\n")
        person.sees(ASKS)
        person.presses("d")
        person.sees("'d' is none of these keys.")
        if kind != "touch":
            person.presses("z")
            person.sees("'z' is none of these keys.")
        person.presses("q")
        assert person.leaves() == 0


# --- z: snooze ---


@pytest.mark.usefixtures("acme")
def test_snoozed_to_the_next_working_day_or_another() -> None:
    before = contents()
    with Terminal("due --walk --kind touch") as person:
        person.sees(ASKS)
        person.presses("z")
        person.sees("Until when? (< goes back) [1wd]")
        person.types("<")
        person.sees("1/2")
        person.sees(ASKS)
        person.presses("z")
        person.sees("[1wd]")
        person.types("yesterday")
        person.sees("'yesterday' is not after today; name a day to come")
        person.sees("[1wd]")
        person.types("")
        person.sees("c1:touch comes back on Mon 23 Nov (in 3 days).")
        person.sees("2/2")
        person.sees(ASKS)
        person.presses("z")
        person.sees("[1wd]")
        person.types("2026-12-04")
        person.sees("c2:touch comes back on Fri 4 Dec (in 14 days).")
        person.sees("In this walk: put off: 2.")
        assert person.leaves() == 0
    assert newest() == "crm snooze c2:touch 2026-12-04"
    crm("undo")
    crm("undo")
    assert contents() == before


# --- others work too ---


@pytest.mark.usefixtures("acme")
def test_what_was_settled_meanwhile_is_passed_over_and_what_changed_is_shown() -> None:
    for text in ("one", "two", "three"):
        crm(f"add-task c1 {text} --due today")
    with Terminal("due --walk --kind task") as person:
        person.sees("1/3  t1")
        person.sees(ASKS)
        crm("done t2")  # nobody is kept waiting
        crm("edit t3 --set text=drei")
        person.presses("n")
        person.sees("2/3  settled meanwhile\n\n3/3  t3  Fri 20 Nov  today\nAcme (core): drei")
        person.sees(ASKS)
        crm("done t3")
        person.presses("d")
        person.sees("What came of it?")
        person.types("again")
        person.sees("t3 is already done")
        person.sees("Nothing was changed.")
        assert person.leaves() == 0
    assert crm("show t3 --json").json["item"]["result"] is None


@pytest.mark.usefixtures("acme")
def test_where_it_cannot_be_logged_nothing_that_was_typed_is_lost() -> None:
    with Terminal("due --walk --kind touch") as person:
        person.sees(ASKS)
        person.presses("l")
        person.sees("What was said?")
        person.types("a long story")
        person.sees("What comes next?")
        crm("delete c1")
        person.types("")
        person.sees("c1")
        person.sees("Not done: crm log-contact c1 'a long story'")
        person.sees("1/2  settled meanwhile")
        person.sees("2/2  c2:touch")
        person.presses("q")
        assert person.leaves() == 0


# --- broken off ---


@pytest.mark.parametrize(
    ("keys", "question"),
    [
        ("", ASKS),
        ("l", "What was said?"),
        ("lhello\n", "What comes next?"),
        ("lhello\nmore\n", "By when?"),
        ("z", "Until when?"),
        ("nd", "What came of it?"),
    ],
)
@pytest.mark.usefixtures("acme")
def test_interrupted_at_any_question_nothing_is_half_done(keys: str, question: str) -> None:
    crm("add-task c2 'send it' --due today")
    before = contents()
    kinds = "--kind touch" if keys[:1] != "n" else "--kind touch --kind task"
    with Terminal(f"due --walk {kinds}") as person:
        for key in keys:
            person.presses(key)
        person.sees(question)
        person.interrupts()
        person.sees("Nothing was changed.")
        assert person.leaves() == 130
    assert contents() == before


@pytest.mark.usefixtures("acme")
def test_what_was_done_before_it_was_broken_off_is_told() -> None:
    with Terminal("due --walk --kind touch") as person:
        person.sees(ASKS)
        person.presses("z")
        person.sees("[1wd]")
        person.types("")
        person.sees("2/2")
        person.sees(ASKS)
        person.interrupts()
        person.sees("In this walk: put off: 1.")
        assert person.leaves() == 130


@pytest.mark.parametrize("keys", ["", "l"])
@pytest.mark.usefixtures("acme")
def test_nobody_there_any_more_ends_the_walk(keys: str) -> None:
    before = contents()
    with Terminal("due --walk --kind touch") as person:
        person.sees(ASKS)
        person.presses(keys)
        if keys:
            person.sees("What was said?")
            person.ends_input()
            person.sees(ASKS)
        person.ends_input()
        person.sees("Nothing was changed.")
        assert person.leaves() == 0
    assert contents() == before


# --- triage ---


@pytest.mark.usefixtures("acme")
def test_the_queue_is_triaged_one_key_at_a_time() -> None:
    for text in ("one", "two", "three"):
        crm(f"add-need c1 {text}")
    before = contents()
    with Terminal("triage --walk") as person:
        person.sees(
            "1/3  n1 untriaged, received; respond by Fri 20 Nov 18:00\nAcme (core): one\nkind: –; owner: tester\n"
        )
        person.sees(
            "[u] urgent  [i] important  [r] routine  [k] kind  [o] owner  [s] skip  [b] back  [x] undo  [?] help"
        )
        person.presses("k")
        person.sees("What kind? (feature, service, problem, complaint, question, suggestion) [–]")
        person.types("nonsense")
        person.sees("kind 'nonsense' is unknown")
        person.sees("What kind?")
        person.types("投诉")
        person.sees("kind: complaint; owner: tester\n")
        person.sees(ASKS)
        person.presses("o")
        person.sees("Who takes care of it? [tester]")
        person.types("李雷")
        person.sees("owner: 李雷\n")
        person.sees(ASKS)
        person.presses("u")
        person.sees("n1 urgent, triaged; respond by Fri 20 Nov 11:00")
        person.sees("2/3  n2")
        person.sees(ASKS)
        person.presses("i")
        person.sees("3/3  n3")
        person.sees(ASKS)
        person.presses("b")
        person.sees("2/3  n2 important")
        person.sees(ASKS)
        person.presses("x")
        person.sees("Undid x")
        person.sees("2/3  n2 untriaged")
        person.sees(ASKS)
        person.presses("s")
        person.sees("3/3")
        person.presses("r")
        person.sees("In this walk: needs set: 4.")
        assert person.leaves() == 0
    found = {
        one["ref"]: (one["kind"], one["urgency"], one["owner"])
        for one in crm("triage --json").json["items"]
    }
    assert found == {
        "n1": ("complaint", "urgent", "李雷"),
        "n2": (None, None, "tester"),
        "n3": (None, "routine", "tester"),
    }
    for _ in range(4):
        crm("undo")
    assert contents() == before


@pytest.mark.usefixtures("acme")
def test_a_need_that_was_settled_meanwhile_is_passed_over() -> None:
    for text in ("one", "two"):
        crm(f"add-need c1 {text}")
    with Terminal("triage --walk") as person:
        person.sees("1/2")
        person.sees(ASKS)
        crm("resolve n2 done")
        crm("resolve n1 done")
        person.presses("u")
        person.sees("n1 is resolved")
        person.sees("1/2  settled meanwhile\n2/2  settled meanwhile\nNothing was changed.")
        assert person.leaves() == 0


@pytest.mark.parametrize(("key", "question"), [("", ASKS), ("k", "What kind?"), ("o", "Who takes")])
@pytest.mark.usefixtures("acme")
def test_triage_interrupted_changes_nothing(key: str, question: str) -> None:
    crm("add-need c1 one")
    before = contents()
    with Terminal("triage --walk") as person:
        person.sees(ASKS)
        person.presses(key)
        if key:
            person.sees(question)
        person.interrupts()
        person.sees("Nothing was changed.")
        assert person.leaves() == 130
    assert contents() == before


def test_an_empty_queue_has_nothing_to_walk() -> None:
    crm("add-customer Acme")
    with Terminal("triage --walk") as person:
        person.sees("No need is open.")
        assert person.leaves() == 0


# --- every screen, both languages ---


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("command", ["due --walk --days 30", "triage --walk"])
def test_sixty_columns_and_no_moving_cursor(command: str, lang: str) -> None:
    crm(
        "add-customer 苏州华东精工机械制造股份有限公司 --tier core --person 张伟 --phone 13800005678"
    )
    crm(
        "add-need c1 '打印机卡纸，已经停了两天，客户非常着急，请尽快派人上门处理，并带上备件' --urgency urgent"
    )
    crm(
        "add-task c1 'send the offer with the new prices and the longer guarantee they asked for' --due today"
    )
    with Terminal(f"{command} --lang {lang}", columns=60, TERM="dumb", NO_COLOR=None) as person:
        person.sees("1/")
        person.sees("[q]")
        person.presses("?")
        person.sees("[q]")
        person.presses("q")
        assert person.leaves() == 0
    assert "\x1b" not in person.screen
    assert [line for line in person.screen.splitlines() if width(line) > 60] == []


# --- where there is nobody ---


@pytest.mark.usefixtures("acme")
def test_off_a_terminal_it_is_refused() -> None:
    refused("triage --walk", 2, "--walk needs a terminal; crm triage NEED --urgency sets one")
    ran = json.loads(crm("due --count --json").out)
    assert ran["item"]["count"] > 0
    assert_refused_walk("due --walk", "--walk needs a terminal; crm due lists what is due")
    assert_refused_walk(
        "due --walk --count", "--walk and --count exclude each other; leave one out"
    )


def assert_refused_walk(command: str, sentence: str) -> None:
    from tests.support import run_in_process

    assert run_in_process(command) == (2, "", f"crm: {sentence}\n")


@pytest.mark.usefixtures("acme")
def test_what_belongs_to_no_customer_is_walked_too() -> None:
    crm("log-contact c1 hi --at 2026-09-01")
    with Terminal("due --walk --kind archive") as person:
        person.sees("1/1  crm:archive  Fri 20 Nov  today\narchive 2026Q3\n")
        person.sees(
            "settled by: crm archive --all\n[n] skip  [b] back  [u] undo  [?] help  [q] quit"
        )
        person.presses("n")
        assert person.leaves() == 0
