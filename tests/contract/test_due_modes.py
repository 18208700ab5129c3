"""`crm due --notify` and `--ics` with the options of lists: heeded, or refused, never passed over."""

from pathlib import Path

import pytest

from tests.contract.program import refused_here
from tests.support import crm

LISTS = ("--count", "--exit-code", "--explain", "--limit 5", "--why c1")
OUTPUTS = ("--csv",)
OF_THE_CALENDAR = ("--days 7", "--reveal")


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("--notify", (*LISTS, *OUTPUTS, *OF_THE_CALENDAR)),
        ("--notify --dry-run", (*LISTS, *OF_THE_CALENDAR)),
        ("--notify --ics due.ics", (*LISTS, *OUTPUTS)),
        ("--ics due.ics", (*LISTS, *OUTPUTS)),
    ],
)
def test_what_is_refused(mode: str, options: tuple[str, ...]) -> None:
    crm("add-customer Acme")
    for option in options:
        sentence = f"{mode.split()[0]} and {option.split()[0]} exclude each other; leave one out"
        refused_here(f"due {mode} {option}", 2, sentence)


def test_what_is_heeded(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    crm("add-customer Acme")
    crm("add-task c1 ring --due today")
    said = crm("due --notify --dry-run --kind task --json").json
    assert [item["ref"] for item in said["items"]] == ["t1"]
    assert crm("due --kind task --ics due.ics --json").json["item"] == {"count": 1}
    assert crm("due --notify --dry-run --overdue --csv").out == "ref,kind,customer,title,due_at,said,why\n"  # fmt: skip
