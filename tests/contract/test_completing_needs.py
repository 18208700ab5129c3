"""What shells are offered where a need, a step of a plan, a promise, a survey or an article is meant, and the words said of them."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from crmcli.rules import terms
from tests.contract.test_completion import HEAVY, LOADED, fish, offered
from tests.support import crm, place_at, run_in_process


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a file with needs in every state, a plan, promises, surveys and an article; tests only look at it."""
    folder = tmp_path_factory.mktemp("filled")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in place_at(folder).items():
            patch.setenv(name, value)
        for command in (
            "add-customer 'Acme Ltd' --tier core --stage customer --since 2025-01-01 --person 'Jane Roe'",
            "add-customer Nord --stage customer --since 2025-01-01 --person 张伟",
            "log-contact c1 hello",
            "log-contact c2 hello",
            "add-need c1 'it stops, ring 13812345678' --urgency urgent",  # n1
            "add-need c2 'an export'",  # n2, not triaged
            "add-need c1 'a manual' --urgency routine",  # n3, resolved
            "resolve n3 sent",  # s1
            "add-need c2 'a lamp' --urgency important",  # n4, waits
            "wait n4",
            "add-need c2 'a training'",  # n5, declined
            "decline n5 --reason why",
            "add-need c2 'a call'",  # n6, confirmed
            "resolve n6 'had it'",  # s2
            "confirm n6",
            "plan-need n1 --step 'look at it' --by 2026-11-30 --step fix --by 2026-12-01",
            "add-promise c1 samples --due 2027-01-20",  # p1
            "add-promise c2 'call 13812345678' --due today",  # p2
            "add-promise c2 kept --due today",  # p3
            "done p3",
            "add-task c2 'ring them' --due +3d",
            "survey c2 --kind relation --overall 2",  # s3, v1
            "add-article 'Lamps' --text 'turn it'",
        ):
            crm(command)
    return folder


@pytest.fixture(autouse=True)
def here(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test asks about that file."""
    monkeypatch.setenv("CRM_DB", str(filled / "crm.db"))
    return filled


N1, N2, N4 = "n1\tAcme Ltd: it stops, ring 138****5678", "n2\tNord: an export", "n4\tNord: a lamp"
N3, N6 = "n3\tAcme Ltd: a manual", "n6\tNord: a call"
P1, P2 = "p1\tAcme Ltd: samples", "p2\tNord: call 138****5678"
V1 = "v1\tNord: review"


@pytest.mark.parametrize(
    "command",
    ["triage", "plan-need", "schedule-need", "wait", "resolve", "decline", "escalate", "triage --why"],
)  # fmt: skip
def test_the_open_needs_are_offered_as_they_stand_in_the_queue(command: str) -> None:
    queue = [item["ref"] for item in crm("triage --json").json["items"]]
    assert queue == ["n2", "n1", "n4"]
    for typed in ("", "n"):
        assert fish(f"crm {command} {typed}") == [N2, N1, N4]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("resolve n1", ["n1\tit stops, ring 138****5678"]),
        ("resolve N1", ["n1\tit stops, ring 138****5678"]),
        ("resolve n9", []),
        ("resolve nor", [N4, N2]),
        ("resolve acme", [N1]),
        ("resolve nobody", []),
        ("resolve n1 ", []),
        ("confirm ", [N3]),
        ("confirm acme", [N3]),
        ("reopen ", [N6, N3]),
        ("reopen nor", [N6, "n5\tNord: a training"]),
        ("resume ", [N4]),
        # of the customer that is named
        ("log-contact c2 x --need ", [N4, N2]),
        ("log-contact 'Acme Ltd' x --need n", [N1]),
        ("log-contact c2 x --need n1", ["n1\tit stops, ring 138****5678"]),
        ("log-contact c9 x --need ", []),
        ("log-contact --need ", [N2, N1, N4]),
        ("log-contact --need nor", [N4, N2]),
        ("add-promise c1 x --need ", [N1]),
        ("add-need c2 x --from ", [N4, N2]),
        ("add-article x --from ", [N6, N3]),
        ("log-contact c1 x --promise ", [P1]),
        ("log-contact c2 x --promise p", [P2]),
        ("log-contact --promise ", [P1, P2]),
        # what is planned and promised, near or far
        ("delay ", ["p1\tAcme Ltd: samples", "p2\tNord: call 138****5678", "l1\tAcme Ltd: look at it", "l2\tAcme Ltd: fix", "t1\tNord: ring them"]),
        ("delay l", ["l1\tAcme Ltd: look at it", "l2\tAcme Ltd: fix"]),
        ("delay l2", ["l2\tAcme Ltd: fix"]),
        ("delay n2", ["n2\tan export"]),
        ("warn ", [P1, P2]),
        ("break acme", [P1]),
        ("break p2", [P2]),
        ("break p3", ["p3\t2026-11-20 kept"]),
        # surveys and reviews
        ("survey ", ["s1\tAcme Ltd: a manual", "s2\tNord: a call"]),
        ("survey acm", ["s1\tAcme Ltd: a manual", "Acme Ltd\tc1"]),
        ("survey s3", ["s3\t2026-11-20 relation"]),
        ("survey n3", ["n3\ta manual"]),
        ("review ", [V1]),
        ("review v", [V1]),
        ("review s3", ["s3\t2026-11-20 relation"]),
        # any record
        ("show l", ["l2\t2026-12-01 fix", "l1\t2026-11-30 look at it"]),
        ("show s1", ["s1\t2026-11-25 service"]),
        ("show v", ["v1\t2026-11-21"]),
        ("show a1", ["a1\tLamps"]),
        ("delete p", ["p3\t2026-11-20 kept", "p2\t2026-11-20 call 138****5678", "p1\t2027-01-20 samples"]),
        ("history n3", ["n3\ta manual"]),
        # the people of the need's customer
        ("triage n1 --acceptor ", ["Jane Roe\th1"]),
        ("survey n4 --by ", ["张伟\th2"]),
        ("survey s1 --by j", ["Jane Roe\th1"]),
        ("survey c2 --by ", ["张伟\th2"]),
        ("survey n9 --by ", []),
    ],
)  # fmt: skip
def test_records_are_completed_with_what_they_are(typed: str, told: list[str]) -> None:
    assert fish(f"crm {typed}") == told


def test_done_and_snooze_are_offered_what_they_settle_and_put_off() -> None:
    items = crm("due --json").json["items"]
    assert {item["kind"] for item in items} == {"review", "promise"}
    assert offered("crm done ") == offered("crm due --why ") == ["v1", "p2"]
    assert offered("crm snooze ") == ["v1"]
    later = {"CRM_NOW": "2026-11-27T18:00"}  # the clocks have run out, the surveys are due
    items = crm("due --json", **later).json["items"]
    settled = [item["ref"] for item in items if item["kind"] not in ("respond", "feedback", "solve", "touch")]  # fmt: skip
    assert offered("crm done ", **later) == settled
    assert {"v1", "p2", "s1", "s2"} <= set(settled)
    assert {"n1:respond", "n1:solve"} <= set(offered("crm due --why ", **later))
    assert not {"n1:respond", "p2"} & set(offered("crm snooze ", **later))


def test_the_periodic_survey_stands_for_its_customer(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("CRM_DB", str(place / "crm.db"))
    crm("add-customer Core --tier core --stage customer --since 2025-01-01")
    later = {"CRM_NOW": "2027-02-22T09:00"}
    crm("log-contact c1 hello", **later)
    due = crm("due --kind survey --json", **later).json["items"]
    assert [item["ref"] for item in due] == ["c1:survey"]
    assert fish("crm survey ", **later) == ["Core\tc1"]
    assert offered("crm done ", **later) == ["c1:value-review", "c1:survey", "c1:business-review", "crm:archive"]  # fmt: skip
    assert offered("crm snooze ", **later) == ["c1:value-review", "c1:business-review"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("add-need c1 x --kind ", [*terms.NEED_KIND.words]),
        ("triage n1 --kind 投", ["投诉"]),
        ("triage n1 --urgency ", ["urgent", "important", "routine"]),
        ("add-need c1 x --urgency 紧", ["紧急"]),
        ("triage n1 --strength ", ["core", "expected"]),
        ("triage n1 --value ", ["1", "2", "3", "4", "5"]),
        ("add-need c1 x --cost ", ["1", "2", "3", "4", "5"]),
        ("log-contact c1 x --cost ", []),
        ("escalate n1 --level ", ["1", "2", "3"]),
        ("add-promise c1 x --level ", ["basic", "value-add", "surprise"]),
        ("add-promise c1 x --level 增", ["增值", "增值承诺"]),
        ("survey c1 --kind ", ["service", "relation", "deep"]),
        ("survey c1 --kind 深", ["深度", "深度访谈"]),
        ("survey c1 --overall ", ["1", "2", "3", "4", "5"]),
        ("survey c1 --nps 1", ["1", "10"]),
        ("survey c1 --sol", ["--solved"]),
        ("review v1 --cause ", [*terms.CAUSE.words]),
        ("review v1 --cause 速", ["速度"]),
        ("add-article x --type ", ["problem", "script", "insight"]),
        ("kb --type 话", ["话术"]),
        (
            "report ",
            ["funnel", "follow-up", "service", "satisfaction", "promises", "value", "quality", "all"],
        ),
        ("report 满", ["满意度", "满意度报告"]),
        ("report service --period ", ["2026-11", "2026-10", "2026Q4", "2026Q3", "2026", "2025"]),
        ("report service --period 2026q", ["2026Q4", "2026Q3"]),
        ("find x --kind p", ["person", "promise"]),
        ("import x --as s", ["surveys"]),
        ("edit n1 --set urg", ["urgency=urgent", "urgency=important", "urgency=routine"]),
        ("edit n1 --set kind=c", ["kind=complaint"]),
        ("edit n1 --set acceptor=", ["acceptor=Jane Roe"]),
        ("edit n1 --set fit=", ["fit=1", "fit=2", "fit=3", "fit=4", "fit=5"]),
        ("edit i1 --set need=", ["need=n1"]),
        ("edit i2 --set promise=", ["promise=p2"]),
        ("edit l1 --set due", ["due="]),
        ("edit p1 --set by=", ["by=we-owe", "by=they-owe"]),
        ("edit p1 --set level=b", ["level=basic"]),
        ("edit s3 --set nps=1", ["nps=1", "nps=10"]),
        ("edit v1 --set cause=t", ["cause=technical"]),
        ("edit a1 --set type=", ["type=problem", "type=script", "type=insight"]),
        ("config set cadence.counts ", ["ours", "all"]),
        ("config get service.core.", ["service.core.important", "service.core.routine", "service.core.urgent"]),
        ("list-customers --where open_n", ["open_needs = ", "open_needs != ", "open_needs < ", "open_needs <= ", "open_needs > ", "open_needs >= ", "open_needs ~ ", "open_needs has "]),
    ],
)  # fmt: skip
def test_words_are_completed(typed: str, words: list[str]) -> None:
    assert offered(f"crm {typed}") == words


@pytest.mark.parametrize("reference", ["n1", "l1", "p1", "s3", "v1", "a1"])
def test_edit_names_the_same_fields(reference: str) -> None:
    ran = run_in_process(f"edit {reference} --set zz=1 --dry-run")
    assert ran.code == 2
    known = ran.err.strip().rpartition("choose one of ")[2].split(", ")
    assert {word.rstrip("=") for word in offered(f"crm edit {reference} --set ")} == set(known)


@pytest.mark.parametrize(
    ("command", "typed"),
    [
        ("triage n1 --kind zz", "triage n1 --kind "),
        ("triage n1 --urgency zz", "triage n1 --urgency "),
        ("add-promise c1 x --level zz", "add-promise c1 x --level "),
        ("survey c1 --kind zz --overall 3", "survey c1 --kind "),
        ("review v1 --cause zz --action x", "review v1 --cause "),
        ("kb --type zz", "kb --type "),
        ("report zz", "report "),
    ],
)
def test_the_program_names_the_same_words(command: str, typed: str) -> None:
    ran = run_in_process(command)
    assert ran.code == 2
    listed = ran.err.strip().rpartition("choose one of ")[2]
    assert offered(f"crm {typed}") == re.sub(r" \([^)]*\)", "", listed).split(", ")


def test_a_file_without_needs_has_none_to_offer(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("CRM_DB", str(place / "none.db"))
    for line in ("resolve ", "confirm ", "warn ", "survey ", "log-contact --need ", "delay n"):
        assert offered(f"crm {line}") == []
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    "line", ["crm resolve ", "crm confirm ", "crm log-contact c1 x --need ", "crm delay ", "crm survey "]
)  # fmt: skip
def test_nothing_heavy_is_loaded(place: Path, line: str) -> None:
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
