"""Which contacts reset the clock: the whole table of HANDBOOK §2."""

import pytest

from crmcli.rules.contacts import is_two_way
from crmcli.rules.terms import CHANNEL, DIRECTION

LIVE = ("call", "visit", "meeting", "video")
SENT = ("email", "wechat", "wecom", "message", "event", "other")


def test_the_table_below_is_whole() -> None:
    assert {*LIVE, *SENT} == set(CHANNEL.words)
    assert set(DIRECTION.words) == {"in", "out", "both"}


@pytest.mark.parametrize("direction", ["in", "out", "both"])
@pytest.mark.parametrize("channel", LIVE)
def test_a_live_contact_is_two_way_in_any_direction(channel: str, direction: str) -> None:
    assert is_two_way(channel, direction, no_answer=False)


@pytest.mark.parametrize("channel", SENT)
def test_what_we_only_sent_is_not(channel: str) -> None:
    assert not is_two_way(channel, "out", no_answer=False)
    assert is_two_way(channel, "in", no_answer=False)
    assert is_two_way(channel, "both", no_answer=False)


@pytest.mark.parametrize("direction", ["in", "out", "both"])
@pytest.mark.parametrize("channel", LIVE + SENT)
def test_no_answer_never_is(channel: str, direction: str) -> None:
    assert not is_two_way(channel, direction, no_answer=True)
