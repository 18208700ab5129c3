"""Of a customer with whom nobody has spoken, the day of the year is all that counts of a day long ago."""

from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmcli.rules.cadence import Policy
from crmcli.rules.lifecycle import alike_since
from crmcli.rules.rulebook import Rulebook
from crmcli.store.derived import derive
from crmcli.store.importing.bulk import Sparse
from crmcli.workcalendar import load
from tests.support import heavy

_DAYS = st.dates(date(2015, 1, 1), date(2031, 12, 31))
_POLICIES = st.builds(
    Policy,
    new_for=st.sampled_from([0, 30, 90, 400, 1_000]),
    roll=st.sampled_from(["next", "previous", "keep"]),
    win_back=st.booleans(),
    file_check=st.booleans(),
)


@settings(max_examples=heavy(300))
@given(
    _DAYS,
    st.one_of(st.integers(-800, 800), st.integers(0, 12_000)),
    st.sampled_from(["customer", "prospect", "qualified", "lost"]),
    st.sampled_from([None, "core", "potential", "ordinary"]),
    st.sampled_from([None, "2w"]),
    st.one_of(st.none(), _DAYS.map(date.isoformat)),
    _POLICIES,
)
@example(date(2026, 3, 1), 366, "customer", "core", None, None, Policy())
@example(date(2024, 2, 29), 731, "customer", "core", None, None, Policy())
@example(date(2026, 1, 1), 457, "customer", "core", None, None, Policy())
def test_days_alike(
    added_on: date,
    ago: int,
    stage: str,
    tier: str | None,
    cadence: str | None,
    promised_on: str | None,
    policy: Policy,
) -> None:
    book = Rulebook(policy, load("CN", [], []))
    told = {"stage": stage, "tier": tier, "promised_on": promised_on, "cadence": cadence}

    def due(since: date) -> dict[str, object]:
        known = Sparse(told, added_on=added_on.isoformat(), began_on=since.isoformat())
        known["since"] = since.isoformat()
        made = derive(known, False, book)
        assert made.pop("began_on") == since.isoformat()
        return made

    since = added_on - timedelta(days=ago)
    alike = alike_since(since, added_on, policy.new_for)
    assert due(alike) == due(since)
    assert alike == since or (alike.month, alike.day) == (since.month, since.day)


def test_few_days_are_left() -> None:
    added_on = date(2026, 11, 20)
    alike = {alike_since(added_on - timedelta(days=ago), added_on, 90) for ago in range(366, 4_000)}
    assert len([day for day in alike if (day.month, day.day) != (2, 29)]) == 365
