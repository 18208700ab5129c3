"""A day alone takes the time of day away, and `edit` says so."""

import pytest

from tests.support import crm, run_in_process


@pytest.fixture(autouse=True)
def timed() -> None:
    crm("add-customer Acme")
    crm("add-task c1 call --due 'tomorrow 10:00'")
    crm("add-promise c1 'a list' --due 'mon 10:00'")


@pytest.mark.parametrize(("ref", "day"), [("t1", "2026-11-22"), ("p1", "2026-11-22")])
def test_a_day_without_a_time(ref: str, day: str) -> None:
    ran = run_in_process(f"edit {ref} --set due=后天")
    assert ran.err.splitlines()[-1] == (
        f"10:00 no longer holds: {ref} is due Sun 22 Nov at any time. To keep it: --set 'due={day} 10:00'"
    )
    assert crm(f"show {ref} --json").json["item"]["due"] == day
    assert "10:00" not in run_in_process(f"edit {ref} --set due={day}").err  # it had none any more


def test_a_time_that_stays_is_not_talked_about() -> None:
    assert "no longer" not in run_in_process("edit t1 --set 'due=后天 11:00'").err
    assert "no longer" not in run_in_process("edit t1 --set text=write").err
