"""Which contacts count (HANDBOOK §2, §4)."""

from crmcli.rules.terms import LIVE_CHANNELS


def is_two_way(channel: str, direction: str, no_answer: bool) -> bool:
    """True when somebody answered: everything but no answer, and what we only sent or attended."""
    if no_answer:
        return False
    return direction != "out" or channel in LIVE_CHANNELS


def answers_need(channel: str, direction: str, no_answer: bool) -> bool:
    """True for a first answer to a need: what we sent, or a live contact in any direction, never no answer."""
    if no_answer:
        return False
    return channel in LIVE_CHANNELS or direction != "in"
