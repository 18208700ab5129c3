"""The day on which a change came about, where it is another than that on which it was entered (HANDBOOK §10)."""

import json
from collections.abc import Callable

from tests.contract.program import refused
from tests.support import crm, run_in_process

At = Callable[[str], None]


def told(ref: str = "") -> list[tuple[str, str | None]]:
    """Each change with the day that it is of."""
    items = crm(f"history {ref} --json").json["items"]
    return list(dict.fromkeys((one["change"], one["happened_on"]) for one in items))


def test_it_is_kept_and_shown() -> None:
    crm("add-customer Acme")
    crm("edit c1 --set city=Berlin --changed-on 'last fri'")
    crm("edit c1 --set size=9")
    assert told() == told("c1") == [("x3", None), ("x2", "2026-11-13"), ("x1", None)]
    assert told("x2") == [("x2", "2026-11-13")]
    lines = crm("history c1").lines
    assert "2026-11-20 09:00, of 2026-11-13" in lines[2]
    assert "of 2026-11-13" in crm("history").lines[2]
    assert crm("history c1 --csv").lines[0].startswith("change,at,happened_on,actor,")
    assert crm("history --csv").lines[0].startswith("ref,change,at,happened_on,actor,")
    crm("undo x2")
    assert told()[0] == ("x4", None)


def test_not_what_is_still_to_come() -> None:
    crm("add-customer Acme")
    refused("edit c1 --set city=Berlin --changed-on tomorrow", 2, "'tomorrow' is in the future; name a day that has come")  # fmt: skip
    assert run_in_process("edit c1 --changed-on today").err.startswith("crm: nothing to change; ")
    crm("edit c1 --set city=Berlin --changed-on today")
    assert told()[0] == ("x2", "2026-11-20")


def test_a_stage_and_a_consent_are_of_that_day() -> None:
    crm("add-customer Acme --person Jane")
    crm("edit c1 --set stage=customer --changed-on 2026-11-02")
    crm("edit h1 --set consent=given --changed-on 2026-11-03")
    lines = [json.loads(line) for line in crm("export all --format jsonl --reveal").lines]
    stages = [one["changed_on"] for one in lines if one.get("record") == "stage_change"]
    assert stages == ["2026-11-20", "2026-11-02"]
    assert crm("show h1 --json").json["item"]["consent_on"] == "2026-11-03"
    # New since the 2nd: touched a week after that.
    assert crm("list-customers --lifecycle new --json").json["count"] == 1


def test_verifying_and_handing_over_say_it_with_on() -> None:
    crm("add-customer Acme --person Jane")
    crm("verify c1 --on yesterday")
    crm("handover c1 h1 Jim --on 2026-11-10")
    crm("verify c1")
    assert told("c1")[:3] == [("x4", None), ("x3", "2026-11-10"), ("x2", "2026-11-19")]


def test_of_a_hand_over_to_come_only_its_day_is_known() -> None:
    crm("add-customer Acme --person Jane")
    crm("handover c1 h1 Jim --on +3d")
    assert told()[0] == ("x2", None)
