"""The time of day somebody gave is in what is said of it, in both languages."""

import pytest

from tests.support import crm, run_in_process


@pytest.fixture(autouse=True)
def acme() -> None:
    crm("add-customer Acme")
    crm("add-task c1 'the list' --due 'mon 10:00'")


@pytest.mark.parametrize(
    ("command", "english", "chinese"),
    [
        ("add-task c1 call --due 'fri 15:00'", "Fri 27 Nov 15:00 (in 7 days).", "11月27日 周五 15:00（还有 7 天）"),
        ("add-task c1 call --due fri", "Fri 27 Nov (in 7 days).", "11月27日 周五（还有 7 天）"),
        ("log-contact c1 hi --next call --on 'tue 09:30'", "Tue 24 Nov 09:30 (in 4 days).", "11月24日 周二 09:30（还有 4 天）"),
        ("done t1 --next call --on 'tue 09:30'", "Tue 24 Nov 09:30 (in 4 days).", "11月24日 周二 09:30（还有 4 天）"),
        ("delay t1 --until 'tue 09:30' --reason late", "from Mon 23 Nov to Tue 24 Nov 09:30 (in 4 days).", "11月24日 周二 09:30（还有 4 天）"),
        ("delay t1 --until tue --reason late", "from Mon 23 Nov to Tue 24 Nov 10:00 (in 4 days).", "11月24日 周二 10:00（还有 4 天）"),
    ],
)  # fmt: skip
def test_confirmations_tell_the_time(command: str, english: str, chinese: str) -> None:
    spoken = run_in_process(f"--lang en {command} --dry-run").err
    assert english in spoken
    assert chinese in run_in_process(f"--lang zh {command} --dry-run").err
