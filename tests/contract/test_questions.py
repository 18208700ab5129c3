"""`add-customer` without a name and `survey` without a target ask step by step at a terminal (CLI.md)."""

import json

import pytest

from crmcli.output.text import width
from tests.contract.program import refused
from tests.contract.terminal import Terminal
from tests.support import crm

ALL = (
    "Name:", "Company or person: [company]", "Someone there:", "Phone:", "Tier (core, potential, ordinary):",
    "Stage (prospect, interested, customer, lost): [prospect]", "City:", "How it came to us:", "Preferred channel:",
    "What they need now:",
)  # fmt: skip
TOLD = "Nothing is written. What you entered so far:"


def customers() -> list[str]:
    return [one["name"] for one in crm("list-customers --json").json["items"]]


# --- add-customer ---


def test_a_new_customer_is_asked_for_step_by_step() -> None:
    with Terminal("add-customer") as person:
        person.sees("Enter skips a question, < goes back, - takes an answer away, q stops.")
        for question, answer in (
            ("Name:", "华东精工"),
            ("Company or person: [company]", ""),
            ("Someone there:", "张伟"),
            ("That person's title:", "<"),
            ("Someone there: [张伟]", "张三"),
            ("That person's title:", "采购经理"),
            ("Phone:", "13800005678"),
            ("Tier (core, potential, ordinary):", "gold"),
            ("tier 'gold' is unknown", ""),  # asked again, and skipped
            ("Stage (prospect, interested, customer, lost): [prospect]", "意向"),
            ("City:", "苏州"),
            ("How it came to us:", "展会"),
            ("Preferred channel:", "<"),
            ("How it came to us: [展会]", "-"),
            ("Preferred channel:", "微信"),
            ("What they need now:", "试用装"),
        ):
            person.sees(question)
            person.types(answer)
        person.sees("name: 华东精工\n")
        person.sees("need: 试用装\n")
        person.sees("Add it? (Y/n)")
        assert customers() == []
        person.types("")
        person.sees("Added c1 华东精工.")
        assert person.leaves() == 0
    item = crm("show c1 --json --reveal").json["item"]
    told = (item["kind"], item["stage"], item["tier"], item["city"], item["source"], item["prefer"])
    assert told == ("company", "interested", None, "苏州", None, "wechat")
    (someone,) = item["people"]
    assert (someone["name"], someone["title"], someone["phones"]) == (
        "张三",
        "采购经理",
        ["13800005678"],
    )
    assert crm("history --json --limit 1").json["items"][0]["command"] == (
        "crm add-customer '华东精工' --person '张三' --title '采购经理' --phone 138****5678 --stage '意向' --city '苏州' "
        "--prefer '微信' --need '试用装'"
    )


def test_a_likely_duplicate_is_said_at_once() -> None:
    crm("add-customer Acme --phone 13800005678")
    with Terminal("add-customer") as person:
        person.sees("Name:")
        person.types("ACME")
        person.sees("c1 Acme has the same name")
        person.sees("Add it all the same? (y/N)")
        person.types("")
        person.sees("Name:")
        person.types("Beta")
        for question in ("Company", "Someone there:"):
            person.sees(question)
            person.types("")
        person.sees("Phone:")
        person.types("138 0000 5678")
        person.sees("c1 Acme has the same phone")
        person.sees("(y/N)")
        person.types("perhaps")
        person.sees("(y/N)")
        person.types("y")
        for question in ("Tier", "Stage", "City", "How it", "Preferred", "What they need"):
            person.sees(question)
            person.types("")
        person.sees("Add it? (Y/n)")
        person.types("n")
        person.sees(f"{TOLD}\ncrm add-customer Beta --phone '138 0000 5678' --allow-duplicate\n")
        assert person.leaves() == 0
    assert customers() == ["Acme"]
    crm("add-customer Beta --phone '138 0000 5678' --allow-duplicate")  # the line works
    assert sorted(customers()) == ["Acme", "Beta"]


def test_the_name_is_needed_and_options_are_not_asked_for() -> None:
    with Terminal("add-customer --tier core --tag vip --dry-run") as person:
        person.sees("Name:")
        person.types("")
        person.sees("the name is empty; write one")
        person.sees("Name:")
        person.types("Acme")
        for question in ("Company", "Someone there:", "Phone:", "Stage"):
            person.sees(question)
            person.types("")
        person.sees("City:")
        person.types("q")
        person.sees(f"{TOLD}\ncrm add-customer Acme --tier core --tag vip --dry-run\n")
        assert person.leaves() == 0


@pytest.mark.parametrize(
    ("question", "way"), [*((number, "interrupts") for number in range(len(ALL))), (0, "ends_input"), (5, "ends_input")]
)  # fmt: skip
def test_broken_off_at_any_question_what_was_entered_is_printed(question: int, way: str) -> None:
    asked = [one for one in ALL if one != "City:"]
    with Terminal("add-customer --city 苏州") as person:
        for one in asked[:question]:
            person.sees(one)
            person.types("Acme" if one == "Name:" else "")
        person.sees([*asked, "Add it? (Y/n)"][question])
        getattr(person, way)()
        assert person.leaves() == 130
        line = f"{TOLD}\ncrm add-customer Acme --city '苏州'" if question else ""
        assert person.rest.strip() == line
    assert customers() == []


def test_refused_in_the_end_nothing_is_lost() -> None:
    with Terminal("add-customer") as person:
        for question in ALL:
            person.sees(question)
            person.types("Acme" if question == "Name:" else "")
        person.sees("Add it?")
        crm("add-customer Acme")
        person.types("y")
        person.sees(f"{TOLD}\ncrm add-customer Acme\n")
        person.sees("c1 Acme has the same name")
        assert person.leaves() == 4


def test_a_name_that_looks_like_an_option_is_quoted_so_that_the_line_works() -> None:
    with Terminal("add-customer") as person:
        person.sees("Name:")
        person.types("--json")
        person.sees("Company")
        person.types("q")
        person.sees("crm add-customer -- --json\n")
        assert person.leaves() == 0


def test_off_a_terminal_the_name_is_an_argument_that_is_missing() -> None:
    refused("add-customer", 2, "Missing argument 'NAME'; see crm add-customer --help")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_sixty_columns_of_questions(lang: str) -> None:
    with Terminal(f"add-customer --lang {lang}", columns=60, TERM="dumb", NO_COLOR=None) as person:
        for _ in ALL:
            person.types("x")
        for _ in range(12):
            person.types("q")
        assert person.leaves() == 0
    assert "\x1b" not in person.screen
    assert [line for line in person.screen.splitlines() if width(line) > 100] == []


# --- survey ---


@pytest.fixture
def solved() -> None:
    """Two needs were solved four working days ago."""
    for name in ("Acme", "Beta"):
        crm(f"add-customer {name}", CRM_NOW="2026-11-16T09:00")
        crm(
            f"add-need {name} 'the printer of {name} jams' --urgency urgent",
            CRM_NOW="2026-11-16T09:00",
        )
        crm(f"resolve n{1 if name == 'Acme' else 2} fixed", CRM_NOW="2026-11-16T10:00")


def answered(ref: str) -> dict[str, object]:
    item = crm(f"show {ref} --json").json["item"]
    return {
        name: value for name, value in item.items() if name in ("status", "solved", "speed", "bad")
    }


@pytest.mark.usefixtures("solved")
def test_the_surveys_that_are_due_are_listed_and_one_is_chosen() -> None:
    with Terminal("survey") as person:
        person.sees("  1  s1  Thu 19 Nov  Acme: the printer of Acme jams")
        person.sees("  2  s2  Thu 19 Nov  Beta: the printer of Beta jams")
        person.sees("Which one? (its number, or a reference or name; Enter for none)")
        person.types("3")
        person.sees("Which one?")
        person.types("2")
        person.sees("Beta: the printer of Beta jams")
        person.sees("Is it solved?")
        person.types("2")
        person.sees("Were we quick enough?")
        person.types("4")
        person.sees("Were we friendly")
        person.types("b")
        person.sees("Were we quick enough? (1 to 5; Enter to skip) [4]")
        person.types("<")
        person.sees("Is it solved? (1 to 5; Enter to skip) [2]")
        person.types("5")
        person.sees("Were we quick enough?")
        person.types("")  # which keeps it
        person.sees("Were we friendly")
        person.types("q")
        person.sees("Record what was answered so far? (Y/n)")
        person.types("")
        person.sees("Recorded s2 of Beta: solved 5, speed 4.")
        assert person.leaves() == 0
    assert answered("s2") == {"status": "answered", "solved": 5, "speed": 4, "bad": None}
    assert answered("s1")["status"] == "due"


@pytest.mark.usefixtures("solved")
def test_a_survey_is_chosen_by_reference_or_not_at_all() -> None:
    with Terminal("survey") as person:
        person.sees("Which one?")
        person.types("n1")
        person.sees("Is it solved?")
        person.types("q")
        person.sees("Nothing was answered, and nothing is written.")
        assert person.leaves() == 0
    with Terminal("survey") as person:
        person.sees("Which one?")
        person.types("")
        assert person.leaves() == 0
    assert answered("s1")["status"] == "due"


@pytest.mark.usefixtures("solved")
def test_where_none_is_due_the_list_is_shown_as_before() -> None:
    crm("survey s1 --overall 5")
    crm("survey s2 --overall 4")
    with Terminal("survey") as person:
        person.sees("answered")
        person.sees("None is to be asked today. To record an answer all the same, name whose:")
        person.sees("crm survey CUSTOMER")
        assert person.leaves() == 0
        assert "Which one?" not in person.screen


@pytest.mark.parametrize("way", ["interrupts", "ends_input"])
@pytest.mark.usefixtures("solved")
def test_a_survey_broken_off_is_printed_as_a_line_that_works(way: str) -> None:
    with Terminal("survey s1") as person:
        person.sees("Is it solved?")
        person.types("5")
        for question in (
            "Were we quick",
            "Were we friendly",
            "All in all",
            "recommend us?",
            "do well?",
        ):
            person.sees(question)
            person.types("")
        person.sees("do better?")
        person.types("-5 degrees in there")
        person.sees("anything else?")
        getattr(person, way)()
        line = "crm survey s1 --kind service --solved 5 '--bad=-5 degrees in there'"
        person.sees(f"{TOLD}\n{line}\n")
        assert person.leaves() == 130
    assert answered("s1")["status"] == "due"
    crm(line)
    assert answered("s1") == {
        "status": "answered",
        "solved": 5,
        "speed": None,
        "bad": "-5 degrees in there",
    }


@pytest.mark.usefixtures("solved")
def test_stopped_and_not_recorded() -> None:
    with Terminal("survey s1") as person:
        person.sees("Is it solved?")
        person.types("5")
        person.sees("Were we quick")
        person.types("q")
        person.sees("Record what was answered so far?")
        person.types("n")
        person.sees("Nothing is written.")
        assert person.leaves() == 0
    assert answered("s1")["status"] == "due"


@pytest.mark.usefixtures("solved")
def test_off_a_terminal_the_list_is_as_it_was() -> None:
    listed = json.loads(crm("survey --json").out)
    assert [one["ref"] for one in listed["items"]] == ["s1", "s2"]
    assert crm("survey").out == crm("survey --list").out


# --- log-contact ---


def test_a_contact_of_which_nothing_is_said_is_asked_about() -> None:
    crm("add-customer Acme")
    with Terminal("log-contact acme") as person:
        person.sees("Acme")
        person.sees("What was said? (Enter: log nothing)")
        person.types("")
        person.sees("Nothing was changed.")
        assert person.leaves() == 0
    assert crm("show c1 --json").json["item"]["last_contact_at"] is None
    with Terminal("log-contact acme") as person:
        person.sees("What was said? (Enter: log nothing)")
        person.types("price agreed")
        person.sees("Logged i1 with c1 Acme.")
        assert person.leaves() == 0
    assert crm("show i1 --json").json["item"]["summary"] == "price agreed"
    made = crm("history --json --limit 1").json["items"][0]["command"]
    assert made == "crm log-contact c1 -- 'price agreed'"
    with Terminal("log-contact acme --no-answer") as person:  # says all there is to say
        person.sees("Logged i2 with c1 Acme.")
        assert person.leaves() == 0
    assert crm("log-contact acme").out == "i3\n"  # no terminal, no question
