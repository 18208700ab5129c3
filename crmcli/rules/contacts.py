"""Which contacts count (HANDBOOK §2)."""

from crmcli.rules.terms import LIVE_CHANNELS


def is_two_way(channel: str, direction: str, no_answer: bool) -> bool:
    """True when somebody answered: everything but no answer, and what we only sent or attended."""
    if no_answer:
        return False
    return direction != "out" or channel in LIVE_CHANNELS
