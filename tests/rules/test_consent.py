"""Of two statements the one that holds: the later one; where a day is missing, the refusal (docs/decisions/0028)."""

from typing import Any

import pytest

from crmcli.rules.consent import COLUMNS, prevailing, stated, united
from crmcli.rules.terms import CONSENT, read_consent

TODAY = "2026-11-20"


def of(*values: str | None) -> dict[str, Any]:
    """A record's four columns, from those given first."""
    return dict(zip(COLUMNS, [*values, None, None, None, None], strict=False))


@pytest.mark.parametrize(
    ("now", "given", "written"),
    [
        ((), {"consent": "given"}, {"consent": "given", "consent_on": TODAY, "consent_source": None, "consent_scope": None}),
        ((), {"consent": "refused", "consent_on": "2026-03-01"},
         {"consent": "refused", "consent_on": "2026-03-01", "consent_source": None, "consent_scope": None}),
        (("given", "2026-01-01", "form", "letters"), {"consent": "refused"},
         {"consent": "refused", "consent_on": TODAY, "consent_source": None, "consent_scope": None}),
        (("given", "2026-01-01", "form"), {"consent": "given", "consent_scope": "gifts"},
         {"consent": "given", "consent_scope": "gifts"}),
        (("given",), {"consent": "given"}, {"consent": "given", "consent_on": TODAY}),
        (("given", "2026-01-01", "form"), {"consent": None}, dict.fromkeys(COLUMNS)),
        (("given", "2026-01-01"), {"consent_on": "2025-01-01"}, {"consent_on": "2025-01-01"}),
        (("given", "2026-01-01"), {"title": "CEO"}, {"title": "CEO"}),
    ],
)  # fmt: skip
def test_a_new_statement_replaces_the_whole_of_the_one_before(
    now: tuple[str, ...], given: dict[str, Any], written: dict[str, Any]
) -> None:
    assert stated(of(*now), given, TODAY) == written


@pytest.mark.parametrize(
    ("keep", "drop", "holds"),
    [
        (("given", "2026-01-01"), ("refused", "2026-02-01"), "drop"),
        (("given", "2026-02-01"), ("refused", "2026-01-01"), "keep"),
        (("given", "2026-02-01"), ("refused", "2026-02-01"), "drop"),
        (("refused", "2026-02-01"), ("given", "2026-02-01"), "keep"),
        (("given", "2026-02-01"), ("refused",), "drop"),
        (("refused",), ("given", "2026-02-01"), "keep"),
        (("given",), ("refused", "2020-01-01"), "drop"),
        (("refused", "2020-01-01"), ("given", "2026-01-01"), "drop"),
        (("given", "2026-01-01", "form"), ("given", "2026-02-01"), "drop"),
        (("given", "2026-01-01"), ("given",), "keep"),
        ((), ("refused",), "drop"),
        (("refused",), (), "keep"),
    ],
)
def test_of_two_statements_the_later_holds_and_without_a_day_the_refusal(
    keep: tuple[str, ...], drop: tuple[str, ...], holds: str
) -> None:
    assert united(of(*keep), of(*drop)) == (of(*drop) if holds == "drop" else {})


@pytest.mark.parametrize(
    ("now", "said", "is_written"),
    [
        ((), {"consent": "given"}, True),
        (("refused", "2026-01-01"), {"consent": "given"}, False),
        (("refused", "2026-01-01"), {"consent": "given", "consent_on": "2026-02-01"}, True),
        (("refused", "2026-01-01"), {"consent": "given", "consent_on": "2025-02-01"}, False),
        (("given", "2026-01-01"), {"consent": "refused"}, True),
        (("given", "2026-01-01"), {"consent": "refused", "consent_on": "2025-06-01"}, False),
    ],
)
def test_a_list_takes_no_refusal_back(
    now: tuple[str, ...], said: dict[str, str], is_written: bool
) -> None:
    wanted = {"name": "张伟", **said}
    written = prevailing(of(*now), wanted)
    expected = {**(of() if now else {}), **wanted} if is_written else {"name": "张伟"}
    assert written == expected
    assert prevailing(of(*now), wanted, first_holds=True) == ({"name": "张伟"} if now else wanted)


def test_every_word_for_it_is_read() -> None:
    for stored, others in CONSENT.words.items():
        expected = None if stored == "unknown" else stored
        assert [read_consent(word) for word in (stored, *others)] == [expected] * (len(others) + 1)
