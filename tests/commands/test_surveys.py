"""Surveys at the command line: whom they ask, what is recorded, what falls due, and what is refused (HANDBOOK §5)."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.program import refused, refused_here
from tests.contract.terminal import Terminal
from tests.support import crm, run_in_process

At = Callable[[str], None]

TODAY, NOW = "2026-11-20", "2026-11-20T09:00:00+08:00"
NOTHING = dict.fromkeys(
    ("overall", "solved", "speed", "attitude", "product", "response", "support", "nps", "good", "bad", "comment", "pain", "future")
)  # fmt: skip


@pytest.fixture
def acme() -> None:
    """A core customer of long standing, with somebody there."""
    crm("add-customer Acme --tier core --stage customer --since 2024-01-01")
    crm("add-person c1 'Jane Roe'")
    crm("add-person c1 'Jan Kern'")


@pytest.fixture
def solved(acme: None) -> None:
    """n1 is resolved, so s1 is due."""
    crm("add-need c1 'the printer jams' --kind problem --category hardware")
    assert crm("resolve n1 'new roller'").lines == ["s1"]


def survey(ref: str = "s1") -> Any:
    return crm(f"show {ref} --json").json["item"]


def due(*kinds: str, days: int = 0) -> list[tuple[str, str]]:
    asked = " ".join(f"--kind {kind}" for kind in kinds or ("survey", "review"))
    items = crm(f"due --json --days {days} {asked}").json["items"]
    return [(item["ref"], item["due_at"]) for item in items]


def listed(options: str = "") -> list[tuple[str, str]]:
    items = crm(f"survey --list --json {options}").json["items"]
    return [(item["ref"], item["status"]) for item in items]


def everything() -> Any:
    return [
        crm(command).json
        for command in (
            "survey --list --json", "due --days 400 --json", "show n1 --json", "show c1 --json", "kb --json",
        )
    ]  # fmt: skip


def comes_and_goes(command: str) -> None:
    """Do it, undo it, redo it: everything is as it was before, and as it was after."""
    before = everything()
    crm(command)
    after = everything()
    assert after != before
    undoing = crm("undo").out.strip()
    assert everything() == before
    crm(f"undo {undoing}")
    assert everything() == after


# --- what is recorded ---


@pytest.mark.usefixtures("solved")
def test_everything_that_a_service_survey_asks() -> None:
    ran = crm(
        "survey n1 --overall 5 --solved 4 --speed 3 --attitude 5 --nps 10 --good quick --bad dear --comment 'well done' "
        "--by jane --at '2026-11-20 08:15' --json"
    )
    assert ran.json["schema"] == "crm.survey/1"
    assert ran.json["item"] == survey() == {
        **NOTHING, "ref": "s1", "external_id": None, "target": "n1", "customer": "c1", "kind": "service",
        "status": "answered", "due": "2026-11-25", "sent_at": None, "overall": 5, "solved": 4, "speed": 3, "attitude": 5,
        "nps": 10, "good": "quick", "bad": "dear", "comment": "well done", "by": "Jane Roe",
        "at": "2026-11-20T08:15:00+08:00", "snoozed_until": None, "review": None,
    }  # fmt: skip
    assert due(days=30) == []


@pytest.mark.usefixtures("acme")
def test_each_kind_asks_its_own_questions() -> None:
    ran = crm(
        "survey c1 --kind relation --overall 4 --product 5 --response 4 --support 3 --nps 8 --comment ok"
    )
    assert (ran.out, ran.err) == ("s1\n", "")
    crm("survey Acme --kind 深度 --pain 报表太慢 --future 移动端 --nps 9")
    assert {name: survey()[name] for name in ("target", "kind", "product", "support", "nps")} == {
        "target": "c1", "kind": "relation", "product": 5, "support": 3, "nps": 8,
    }  # fmt: skip
    assert {name: survey("s2")[name] for name in ("kind", "pain", "future", "nps")} == {
        "kind": "deep", "pain": "报表太慢", "future": "移动端", "nps": 9,
    }  # fmt: skip


@pytest.mark.usefixtures("acme")
def test_a_score_of_nought_is_an_answer() -> None:
    crm("survey c1 --nps 0")
    assert (survey()["nps"], survey()["status"], survey()["review"]) == (0, "answered", "v1")


@pytest.mark.usefixtures("solved")
@pytest.mark.parametrize("target", ["n1", "s1", "c1", "Acme"])
def test_whatever_names_it_fills_the_same_survey(target: str) -> None:
    assert crm(f"survey {target} --overall 5").out == "s1\n"
    assert (survey()["status"], survey()["target"]) == ("answered", "n1")
    assert listed() == [("s1", "answered")]


@pytest.mark.usefixtures("solved")
def test_a_customer_may_be_asked_again_and_a_need_when_it_is_solved_again() -> None:
    crm("survey n1 --overall 5")
    assert crm("survey c1 --overall 4").out == "s2\n"
    assert survey("s2")["target"] == "c1"
    crm("reopen n1")
    crm("resolve n1 again")
    assert crm("survey n1 --overall 4").out == "s3\n"


@pytest.mark.usefixtures("acme")
def test_a_need_that_was_never_resolved_may_be_asked_about() -> None:
    crm("add-need c1 slow")
    assert crm("survey n1 --speed 3").out == "s1\n"
    assert (survey()["target"], survey()["kind"], survey()["status"]) == (
        "n1",
        "service",
        "answered",
    )


@pytest.mark.usefixtures("solved")
def test_of_several_open_ones_one_must_be_named() -> None:
    crm("add-need c1 'the scanner is slow'")
    crm("resolve n2 'new driver'")
    refused(
        "survey c1 --overall 4",
        3,
        "c1 has several open surveys; name one by its reference",
        ["s1 the printer jams", "s2 the scanner is slow"],
        kind="ambiguous",
    )
    # One of another kind is not among them.
    assert crm("survey c1 --kind relation --overall 4").out == "s3\n"
    with Terminal("survey c1 --overall 4") as person:
        person.sees("Which one? [1-2]")
        person.types("2")
        person.sees("Recorded s2 of Acme: overall 4.")
        assert person.leaves() == 0


@pytest.mark.usefixtures("solved")
def test_an_answer_in_the_past_counts_from_its_own_day(at: At) -> None:
    at("2026-11-24T10:00")
    crm("survey c1 --kind relation --overall 5 --at 昨天")
    assert survey("s2")["at"] == "2026-11-23T12:00:00+08:00"
    crm("survey n1 --overall 2 --at yesterday")
    # It is to be reviewed within a day of being known.
    assert crm("show v1 --json").json["item"]["due_at"] == "2026-11-25T10:00:00+08:00"


# --- sent, and no answer ---


@pytest.mark.usefixtures("solved")
def test_it_falls_due_three_working_days_after_and_again_after_it_was_sent(at: At) -> None:
    assert due(days=4) == []
    assert due(days=5) == [("s1", "2026-11-25")]
    at("2026-11-25T09:00")
    assert due() == [("s1", "2026-11-25")]
    assert crm("survey n1 --sent").out == "s1\n"
    assert due() == []
    at("2026-11-30T09:00")
    assert due() == [("s1", "2026-11-30")]
    item = survey()
    assert (item["status"], item["sent_at"], item["at"]) == (
        "sent", "2026-11-25T09:00:00+08:00", None,
    )  # fmt: skip
    crm("survey s1 --no-answer")
    assert due(days=30) == []
    assert (survey()["status"], survey()["at"]) == ("no_answer", "2026-11-30T09:00:00+08:00")


@pytest.mark.usefixtures("solved")
def test_a_late_answer_is_still_an_answer_and_it_may_be_sent_again(at: At) -> None:
    crm("survey n1 --no-answer")
    at("2026-11-23T09:00")
    crm("survey n1 --sent")
    assert (survey()["status"], survey()["at"], due(days=3)) == (
        "sent",
        None,
        [("s1", "2026-11-26")],
    )
    crm("survey s1 --no-answer")
    crm("survey s1 --overall 4")
    assert (survey()["status"], survey()["overall"]) == ("answered", 4)


@pytest.mark.usefixtures("acme")
def test_a_customer_is_sent_one_of_any_kind(at: At) -> None:
    assert crm("survey c1 --kind relation --sent --at '2026-11-20 08:00'").out == "s1\n"
    assert survey()["sent_at"] == "2026-11-20T08:00:00+08:00"
    assert listed() == [("s1", "sent")]
    assert crm("survey c1 --kind relation --overall 5").out == "s1\n"
    assert crm("survey c1 --kind deep --no-answer").out == "s2\n"
    assert survey("s2")["status"] == "no_answer"


# --- below expectation ---


@pytest.mark.usefixtures("solved")
@pytest.mark.parametrize(
    "said",
    ["--overall 3", "--overall 5 --speed 2", "--nps 6", "--overall 5 --nps 0", "--solved 1"],
)
def test_below_expectation_a_review_falls_due_within_a_day(said: str) -> None:
    assert crm(f"survey n1 {said}").out == "s1\nv1\n"
    assert due() == [("v1", "2026-11-21T09:00:00+08:00")]
    assert survey()["review"] == "v1"


@pytest.mark.usefixtures("solved")
@pytest.mark.parametrize(
    "said",
    ["--overall 4", "--overall 4 --speed 3 --nps 7", "--comment 'it was awful'", "--nps 10"],
)
def test_as_expected_there_is_nothing_to_review(said: str) -> None:
    assert crm(f"survey n1 {said}").out == "s1\n"
    assert due(days=30) == []


@pytest.mark.usefixtures("solved")
def test_what_is_below_is_a_setting() -> None:
    crm("config set survey.below 2,1,4")
    crm("config set survey.review 2h")
    assert crm("survey n1 --overall 3 --speed 2 --nps 5").out == "s1\n"
    assert crm("survey c1 --overall 2").out == "s2\nv1\n"
    assert due() == [("v1", "2026-11-20T11:00:00+08:00")]


@pytest.mark.usefixtures("acme")
def test_an_in_depth_talk_can_be_below_expectation_too() -> None:
    assert crm("survey c1 --kind deep --overall 2 --pain price").out == "s1\nv1\n"


# --- those that come round by themselves ---


def test_a_core_customer_is_asked_every_quarter_and_talked_to_every_year(at: At) -> None:
    crm("add-customer Acme --tier core --stage customer --since 2024-01-01")
    crm("add-customer Beta --tier potential --stage customer --since 2024-01-01")
    crm("config set cadence.win_back off")  # or they would be won back instead
    # A quarter from the day it was added, on a Saturday, so on the Monday after it.
    assert due("survey", days=93) == []
    assert due("survey", days=94) == [("c1:survey", "2027-02-22")]
    at("2027-02-23T09:00")
    assert crm("due --kind survey --json").json["items"][0]["action"] == "crm survey c1 --kind relation"  # fmt: skip
    # Sent, it is the survey that is waited for.
    assert crm("survey c1:survey --sent").out == "s1\n"
    assert survey()["kind"] == "relation"
    assert due("survey", days=10) == [("s1", "2027-02-26")]
    crm("survey c1 --kind relation --nps 9")
    assert due("survey", days=88) == []
    assert due("survey", days=90) == [("c1:survey", "2027-05-24")]
    at("2027-05-25T09:00")
    assert crm("done c1:survey 'on holiday'").out == ""
    assert {name: survey("s2")[name] for name in ("kind", "status", "at", "target")} == {
        "kind": "relation", "status": "no_answer", "at": "2027-05-25T09:00:00+08:00", "target": "c1",
    }  # fmt: skip
    assert due("survey") == []
    at("2027-11-22T09:00")
    item = crm("due --kind survey --json").json["items"][0]
    # The quarter's fell due before the year's talk.
    assert (item["ref"], item["due_at"], item["action"]) == (
        "c1:survey", "2027-08-25", "crm survey c1 --kind relation",
    )  # fmt: skip
    crm("survey c1:survey --overall 5")
    item = crm("due --kind survey --json").json["items"][0]
    assert (item["due_at"], item["action"]) == ("2027-11-22", "crm survey c1 --kind deep")


def test_the_dormant_are_won_back_and_not_asked_as_well(at: At) -> None:
    crm("add-customer Acme --tier core --stage customer --since 2024-01-01")
    at("2027-02-23T09:00")
    assert [item["ref"] for item in crm("due --json").json["items"]] == [
        "c1:value-review",
        "c1:business-review",
        "c1:win-back",
        "crm:archive",
    ]
    crm("log-contact c1 'back again'")
    assert due("survey") == [("c1:survey", "2027-02-22")]


# --- done, put off, explained, corrected ---


@pytest.mark.usefixtures("solved")
def test_done_settles_it_without_an_answer() -> None:
    ran = crm("done s1 'they moved house' --json")
    assert (ran.json["schema"], ran.json["item"]["status"]) == ("crm.survey/1", "no_answer")
    assert due(days=30) == []
    assert "they moved house" in crm("history s1").out


@pytest.mark.usefixtures("solved")
def test_it_is_put_off(at: At) -> None:
    ran = crm("snooze s1 2026-12-01 --json")
    assert ran.json["item"] == {"ref": "s1", "snoozed_until": "2026-12-01"}
    assert due(days=10) == []
    at("2026-12-01T09:00")
    assert due() == [("s1", "2026-12-01")]
    # Sent, it is asked after from then on.
    crm("survey s1 --sent")
    assert (survey()["snoozed_until"], due(days=3)) == (None, [("s1", "2026-12-04")])


@pytest.mark.usefixtures("solved")
def test_why_it_is_due(at: At) -> None:
    def why(ref: str) -> str:
        return crm(f"due --why {ref}").out.strip()

    at("2026-11-25T09:00")
    assert why("s1") == "service survey; n1 was resolved; due Wed 25 Nov; due today"
    assert why("s1") == crm("due --kind survey --json").json["items"][0]["why"]
    crm("survey s1 --sent")
    at("2026-12-02T09:00")
    assert why("s1") == (
        "service survey; n1 was resolved; sent Wed 25 Nov; due Mon 30 Nov; 2 days overdue"
    )
    assert why("c1:survey") == "relation survey; due Mon 22 Feb 2027; in 82 days"
    crm("edit c1 --set do_not_contact=yes")
    assert why("s1") == "its customer is left alone"
    crm("survey s1 --no-answer")
    assert why("s1") == "no answer; given up on 2026-12-02"
    crm("survey s1 --overall 5")
    assert why("s1") == "answered on 2026-12-02"
    assert crm("due --why s1 --json").json["item"] == {"ref": "s1", "why": "answered on 2026-12-02"}


@pytest.mark.usefixtures("solved")
def test_a_correction_makes_the_review_or_takes_it_back() -> None:
    crm("survey n1 --overall 4 --by jane")
    ran = crm("edit s1 --set overall=2 --set comment=misheard")
    assert (ran.out, ran.err) == ("", "Below expectation: v1 is to be reviewed.\n")
    assert (survey()["review"], due()) == ("v1", [("v1", "2026-11-21T09:00:00+08:00")])
    crm("edit s1 --set overall=1")  # it is there already
    assert due() == [("v1", "2026-11-21T09:00:00+08:00")]
    ran = crm("edit s1 --set overall=4")
    assert ran.err == "No longer below expectation: v1 is taken back.\n"
    assert (survey()["review"], due()) == (None, [])
    # One that was worked on stays.
    crm("edit s1 --set speed=1")
    crm("edit v2 --set cause=速度")
    crm("edit s1 --set speed=5")
    assert survey()["review"] == "v2"
    crm("edit s1 --set at=2026-11-19 --set 'by=jan k' --set nps=")
    item = survey()
    assert (item["at"], item["by"], item["nps"]) == ("2026-11-19T12:00:00+08:00", "Jan Kern", None)
    crm("edit s1 --set by=")
    assert survey()["by"] is None


@pytest.mark.usefixtures("solved")
def test_undo_and_redo() -> None:
    comes_and_goes("survey n1 --sent")
    comes_and_goes("survey n1 --overall 2 --by jane")
    comes_and_goes("edit s1 --set overall=5")
    comes_and_goes("survey c1 --kind relation --nps 3")
    comes_and_goes("survey c1 --kind deep --sent")
    comes_and_goes("survey s3 --no-answer")
    comes_and_goes("delete s2")
    comes_and_goes("survey c1 --sent")
    comes_and_goes("snooze s4 +9d")
    comes_and_goes("done s4")


@pytest.mark.usefixtures("solved")
def test_a_dry_run_writes_nothing(place: Any) -> None:
    before = (place / "crm.db").read_bytes()
    ran = crm("survey n1 --overall 2 --dry-run")
    assert (ran.out, ran.err) == (
        "",
        "Nothing was changed; without --dry-run: Recorded s1 of Acme: overall 2.\n"
        "Below expectation: review it by Sat 21 Nov 09:00: crm review v1 --cause WHY --action WHAT\n",
    )
    item = crm("survey c1 --kind relation --nps 9 --dry-run --json").json["item"]
    assert (item["ref"], item["nps"]) == ("s2", 9)
    assert (place / "crm.db").read_bytes() == before


# --- lists and wordings ---


@pytest.mark.usefixtures("solved")
def test_what_is_due_comes_before_what_was_answered_last() -> None:
    crm("add-customer Beta")
    crm("survey c2 --overall 5 --at 2026-11-18")
    crm("survey c2 --kind relation --overall 4 --at 2026-11-19 --good 'call 13800005678'")
    crm("survey c2 --kind deep --sent --at 2026-11-16")
    crm("add-need c2 forgotten")
    crm("resolve n2 done")
    crm("survey n2 --no-answer")
    everything = [("s4", "sent"), ("s1", "due"), ("s3", "answered"), ("s2", "answered")]
    assert listed() == everything
    assert crm("survey --json").json["count"] == 4
    answer = crm("survey --list --limit 3 --json").json
    assert (answer["schema"], answer["count"], answer["more"]) == ("crm.surveys/1", 3, True)
    assert answer["items"][2]["good"] == "call 138****5678"
    assert answer["items"][2]["customer_name"] == "Beta"
    assert listed("--limit 2") == everything[:2]
    assert listed("--limit 1") == everything[:1]
    assert listed("--kind relation") == [("s3", "answered")]
    assert listed("c2") == [("s4", "sent"), ("s3", "answered"), ("s2", "answered")]
    assert listed("n1") == listed("s1") == [("s1", "due")]
    assert listed("c2 --kind 服务") == [("s2", "answered")]
    assert crm("survey --list --csv --limit 2").lines[1] == (
        "s4,,c2,c2,Beta,deep,sent,2026-11-19,2026-11-16T12:00:00+08:00,,,,,,,,,,,,,,,,,"
    )
    assert crm("survey --limit 3").lines == [
        "REF  KIND      STATUS    DAY         OVERALL  NPS  NAME  WHAT",
        "s4   deep      sent      Thu 19 Nov                Beta",
        "s1   service   due       Wed 25 Nov                Acme  the printer jams",
        "s3   relation  answered  Thu 19 Nov        4       Beta  call 138****5678",
    ]


def test_a_list_of_nothing() -> None:
    ran = crm("survey")
    assert (ran.out, ran.err) == ("", "No survey is due, and none was answered.\n")
    assert crm("survey --json").json == {"schema": "crm.surveys/1", "count": 0, "items": []}


@pytest.mark.usefixtures("solved")
def test_a_wording_of_the_questions(place: Any) -> None:
    before = (place / "crm.db").read_bytes()
    assert crm("survey n1 --script").lines == [
        "Hello Acme,",
        "this is about: the printer jams",
        "May I ask you a few short questions about our service, so that we do better next time?",
        "Please answer from 1 (not at all) to 5 (very much):",
        "1. Is it solved?",
        "2. Were we quick enough?",
        "3. Were we friendly and helpful?",
        "4. All in all, how satisfied are you with us?",
        "5. How likely are you to recommend us? (from 0, never, to 10, certainly)",
        "6. What did we do well?",
        "7. What should we do better?",
        "8. Is there anything else?",
        "Thank you!",
    ]
    item = crm("survey c1 --kind relation --script --json").json["item"]
    assert (item["target"], item["kind"]) == ("c1", "relation")
    assert "How satisfied are you with our products?" in item["text"]
    assert "What troubles you most at present?" in crm("survey --script --kind deep").out
    assert (
        crm("survey s1 --script").lines[0] == crm("survey Acme --script").lines[0] == "Hello Acme,"
    )
    assert crm("survey --script").lines[0] == "Hello,"
    assert (place / "crm.db").read_bytes() == before
    crm("survey n1 --overall 5")
    assert crm("survey n1 --script").lines[0] == "Hello Acme,"  # for whoever asks again


# --- a person at a terminal ---


@pytest.mark.usefixtures("solved")
def test_question_by_question() -> None:
    with Terminal("survey n1") as person:
        person.sees("Acme: the printer jams")
        person.sees("Is it solved? (1 to 5; Enter to skip)")
        person.types("6")
        person.sees("solved: '6' is no score; write a whole number from 1 to 5")
        person.sees("Is it solved? (1 to 5; Enter to skip)")
        person.types("2")
        person.sees("Were we quick enough?")
        person.types("")
        person.sees("Were we friendly and helpful?")
        person.types("5")
        person.sees("All in all")
        person.types("3")
        person.sees("How likely are you to recommend us? (0 to 10; Enter to skip)")
        person.types("0")
        person.sees("What did we do well? (Enter to skip)")
        person.types("")
        person.sees("What should we do better?")
        person.types("响应太慢")
        person.sees("Is there anything else?")
        person.types("")
        person.sees("Who answered? (a name or h3; Enter to skip)")
        person.types("Bob")
        person.sees("nobody at c1 is called 'Bob'")
        person.sees("Who answered?")
        person.types("jane")
        person.sees("Recorded s1 of Acme: overall 3, solved 2, attitude 5, nps 0.")
        person.sees(
            "Below expectation: review it by Sat 21 Nov 09:00: crm review v1 --cause WHY --action WHAT"
        )
        assert person.leaves() == 0
    item = survey()
    assert (item["solved"], item["speed"], item["nps"], item["bad"], item["by"]) == (
        2, None, 0, "响应太慢", "Jane Roe",
    )  # fmt: skip


@pytest.mark.usefixtures("acme")
def test_a_talk_in_depth_asks_its_own_questions() -> None:
    with Terminal("survey c1 --kind deep") as person:
        for question, answer in (
            ("All in all", "5"),
            ("recommend us?", ""),
            ("What troubles you most at present?", "exports"),
            ("What will you need in the year to come?", "an app"),
            ("What did we do well?", ""),
            ("What should we do better?", ""),
            ("anything else?", ""),
            ("Who answered?", ""),
        ):
            person.sees(question)
            person.types(answer)
        person.sees("Recorded s1 of Acme: overall 5.")
        assert person.leaves() == 0
    assert (survey()["pain"], survey()["future"], survey()["by"]) == ("exports", "an app", None)


@pytest.mark.usefixtures("solved")
def test_nothing_answered_is_nothing_written() -> None:
    with Terminal("survey s1") as person:
        person.sees("Is it solved?")
        for _ in range(8):
            person.types("")
        person.sees("Nothing was answered, and nothing is written.")
        assert person.leaves() == 0
    assert survey()["status"] == "due"


@pytest.mark.usefixtures("solved")
def test_nobody_else_is_kept_waiting_and_two_answers_are_still_refused() -> None:
    with Terminal("survey n1") as person:
        person.sees("Is it solved?")
        crm("survey n1 --overall 5")
        person.types("1")
        for _ in range(8):
            person.types("")
        assert person.leaves() == 4
        assert "s1 is answered already" in person.rest
    assert survey()["overall"] == 5


# --- what is refused ---

ANSWERED = "s1 is answered already; correct it with: crm edit s1 --set FIELD=VALUE"
SERVICE = "solved, speed, attitude, overall, nps, good, bad, comment"


@pytest.mark.usefixtures("solved")
def test_one_survey_has_one_answer() -> None:
    crm("survey n1 --overall 5")
    for command in (
        "survey n1 --overall 4",
        "survey s1 --nps 9",
        "survey n1 --sent",
        "survey s1 --no-answer",
    ):
        refused_here(command, 4, ANSWERED)
    refused_here("done s1", 4, "s1 is already done; crm undo x6 takes that back")
    refused_here(
        "snooze s1 +3d",
        4,
        "s1 is not due any more, so there is nothing to put off; crm show s1 says how it stands",
    )
    refused_here(
        "edit s1 --set overall=",
        4,
        "s1 would have no answer left; keep a score or a text, or take it back with crm undo",
    )
    refused_here(
        "edit s1 --set product=4",
        2,
        f"product belongs to a relation survey; this one asks for {SERVICE}",
    )
    refused_here(
        "edit s1 --set overall=6", 2, "overall: '6' is no score; write a whole number from 1 to 5"
    )
    refused_here(
        "edit s1 --set by=Bob",
        3,
        "nobody at c1 is called 'Bob'; add them with: crm add-person c1 NAME",
    )


@pytest.mark.usefixtures("solved")
@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("survey n1 --overall 6", 2, "overall: '6' is no score; write a whole number from 1 to 5"),
        ("survey n1 --overall 0", 2, "overall: '0' is no score; write a whole number from 1 to 5"),
        ("survey n1 --speed 4.5", 2, "speed: '4.5' is no score; write a whole number from 1 to 5"),
        ("survey n1 --attitude 五", 2, "attitude: '五' is no score; write a whole number from 1 to 5"),
        ("survey n1 --nps 11", 2, "nps: '11' is no score; write a whole number from 0 to 10"),
        ("survey n1 --nps=-1", 2, "nps: '-1' is no score; write a whole number from 0 to 10"),
        ("survey n1 --overall 5 --product 4", 2, f"product belongs to a relation survey; this one asks for {SERVICE}"),
        ("survey n1 --pain much", 2, f"pain belongs to a deep survey; this one asks for {SERVICE}"),
        (
            "survey c1 --kind deep --solved 4", 2,
            "solved belongs to a service survey; this one asks for overall, nps, pain, future, good, bad, comment",
        ),
        ("survey n1 --kind relation --overall 4", 2, "n1 is asked about by a service survey; leave --kind out, or name the customer"),
        ("survey s1 --kind deep --overall 4", 2, "s1 is asked about by a service survey; leave --kind out, or name the customer"),
        ("survey c1 --kind yearly --overall 4", 2, "kind 'yearly' is unknown; choose one of service (服务), relation (关系), deep (深度)"),
        (
            "survey n1", 2,
            "nothing was answered; give a score such as --overall 4, a text such as --comment, or say --sent or --no-answer",
        ),
        (
            "survey n1 --by jane --comment ''", 2,
            "nothing was answered; give a score such as --overall 4, a text such as --comment, or say --sent or --no-answer",
        ),
        ("survey n1 --overall 4 --by Bob", 3, "nobody at c1 is called 'Bob'; add them with: crm add-person c1 NAME"),
        ("survey n1 --overall 4 --at tomorrow", 2, "'tomorrow' is in the future; name a time that has passed"),
        ("survey n1 --sent --no-answer", 2, "--sent and --no-answer exclude each other; leave one of them out"),
        ("survey n1 --sent --overall 4", 2, "--sent says that there is no answer; leave out --overall, or leave out --sent"),
        (
            "survey n1 --no-answer --nps 4 --by jane", 2,
            "--no-answer says that there is no answer; leave out --nps, --by, or leave out --no-answer",
        ),
        ("survey n1 --list --overall 4", 2, "--list and --script only show, and one at a time; record the answer without them"),
        ("survey n1 --script --sent", 2, "--list and --script only show, and one at a time; record the answer without them"),
        ("survey --list --script", 2, "--list and --script only show, and one at a time; record the answer without them"),
        ("survey --overall 4", 2, "nobody is named; write crm survey TARGET with a customer, a need or a survey"),
        ("survey --sent", 2, "nobody is named; write crm survey TARGET with a customer, a need or a survey"),
        ("survey h1 --overall 4", 2, "'h1' is no customer, need or survey; write one of these, like c12, n5 or s4"),
        ("survey h1 --list", 2, "'h1' is no customer, need or survey; write one of these, like c12, n5 or s4"),
        ("survey s9 --overall 4", 3, "there is no survey s9; crm show CUSTOMER lists them"),
        ("survey n9 --overall 4", 3, "there is no need n9; crm show CUSTOMER lists them"),
        ("survey --list --limit -1", 2, "--limit -1 is below zero; write how many to show, or 0 for all"),
        ("edit s1 --set overall=4", 4, "s1 is not answered yet; crm survey s1 records the answer"),
        ("edit s1 --set at=2026-11-19", 4, "s1 is not answered yet; crm survey s1 records the answer"),
        ("done c1:survey", 4, "c1:survey is not due before 2027-02-22"),
        ("snooze c1:survey +3d", 4, "c1:survey is not put off; crm done c1:survey settles it for this time"),
    ],
)  # fmt: skip
def test_refused_with_nothing_written(command: str, code: int, sentence: str) -> None:
    refused_here(command, code, sentence)


@pytest.mark.usefixtures("solved")
def test_given_up_is_given_up_once() -> None:
    crm("survey n1 --no-answer")
    refused_here("survey n1 --no-answer", 4, "s1 has no answer already; crm survey s1 records one")
    refused_here("done s1", 4, "s1 is already done; crm undo x6 takes that back")


def test_others_are_not_asked_by_themselves() -> None:
    crm("add-customer Beta --tier potential --stage customer --since 2024-01-01")
    refused_here("done c1:survey", 4, "c1:survey is not due; crm due --why c1 says what is")
    refused_here("due --why c1:survey", 3, "c1 is not asked by itself; only core customers are")


@pytest.mark.usefixtures("solved")
def test_a_text_that_is_too_long_is_refused_here() -> None:
    ran = run_in_process(["survey", "n1", "--comment", "x" * 200_000])
    assert ran.code == 2
    assert "comment is 200000 characters long; shorten it to" in ran.err
    assert survey()["status"] == "due"
