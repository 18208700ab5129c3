"""Whether all is to be said in plain lines, for who has the screen read to them: chosen once, before anything is shown."""

_is_used = False


def use(is_wanted: bool) -> None:
    """Speak plainly from now on, or no longer."""
    global _is_used
    _is_used = is_wanted


def is_used() -> bool:
    """True when nothing may be drawn, aligned by blanks or coloured."""
    return _is_used
