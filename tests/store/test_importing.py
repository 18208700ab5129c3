"""What every import leans on: whose rows they are, which numbers are taken, which records have passed."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.store.changes import Author, begin
from crmcli.store.database import Database
from crmcli.store.importing import owners
from crmcli.store.importing.bulk import Passed
from crmcli.store.importing.numbers import Numbers
from crmcli.store.importing.owners import Owners
from crmcli.store.opening import open_for_writing

AUTHOR = Author("2026-11-20T01:00:00Z", "tester", "crm fill")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    found = open_for_writing(str(tmp_path / "crm.db"))
    with begin(found, AUTHOR) as change:
        for number in range(40):
            key = change.insert(
                "customer",
                name=f"N{number}",
                name_key=f"n{number}",
                external_id=f"K{number}",
                added_on="2026-11-20",
                created_at=AUTHOR.at,
            )
            for external_id in (f"T{number % 30}", None):
                change.insert(
                    "task",
                    customer_id=key,
                    text="call",
                    due_on="2026-11-20",
                    external_id=external_id,
                    created_at=AUTHOR.at,
                )
        change.remove("task", 1)
    yield found
    found.close()


def test_customers_are_looked_up_again_when_too_many_are_remembered(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owners, "_REMEMBERED", 5)
    chance, known = random.Random(1), Owners(db)
    for _ in range(30):
        asked = [
            f"{chance.choice(('N', 'ext:K', 'n', 'EXT: K'))}{chance.randrange(45)}"
            for _ in range(7)
        ]
        known.look_up(text for text in asked)
        for text in asked:
            number = int("".join(filter(str.isdigit, text)))
            assert known.find(text) == (number + 1 if number < 40 else None)
            if number >= 40:
                with pytest.raises(BadValue):
                    known.of(text)


def test_numbers_are_those_of_live_records_and_those_learnt(db: Database) -> None:
    numbers = Numbers(db, "task")
    assert numbers.look_up(["T0", "T1", "T9", "T99"]) == {"T0": [61], "T1": [3, 63], "T9": [19, 79]}
    numbers.learn("T99", 500)
    numbers.learn("T99", 500)
    numbers.learn("T1", 501)
    assert numbers.look_up(["T1", "T99"]) == {"T1": [3, 63, 501], "T99": [500]}
    numbers.close()
    assert db.connection.execute("SELECT count(*) FROM temp.sqlite_master").fetchone()[0] == 0


@given(st.lists(st.integers(min_value=0, max_value=100_000)), st.integers(0, 100_100))
def test_what_has_passed_is_remembered_and_nothing_else(keys: list[int], other: int) -> None:
    passed = Passed()
    for key in keys:
        passed.add(key)
    assert all(key in passed for key in keys)
    assert (other in passed) == (other in keys)
