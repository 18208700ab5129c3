"""Plays: sets of dated tasks, laid out together for one customer (HANDBOOK §9).

A play is one line of the settings: `+0d: call to say hello; +1w: ask how it goes`.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from crmcli.errors import BadValue
from crmcli.rules.due.task import HANDOVER
from crmcli.rules.rulebook import Rulebook
from crmcli.rules.span import Span
from crmcli.rules.terms import Vocabulary


def N_(text: str) -> str:
    """Marked for translation; it is translated where it is shown."""
    return text


class Step(NamedTuple):
    """One task of a play: how long after its beginning, None for at once, and what is to be done."""

    after: Span | None
    text: str

    def __str__(self) -> str:
        return f"+{self.after or '0d'}: {self.text}"

    def on(self, begin: date, book: Rulebook) -> date:
        """Its day: a day off is moved as the setting says."""
        return book.rolled(self.after.after(begin, book.calendar) if self.after else begin)


SHIPPED: Mapping[str, tuple[Step, ...]] = {
    # The first 90 days, beside the weekly touch.
    "escort": (
        Step(None, N_("welcome them, and say who is there for them")),
        Step(Span(1, "w"), N_("ask how the start went")),
        Step(Span(2, "w"), N_("see that everybody who works with it knows how")),
        Step(Span(1, "m"), N_("go through the first results with them")),
        Step(Span(2, "m"), N_("ask what is still missing")),
        Step(Span(90, "d"), N_("look back on the first 90 days, and agree on what comes next")),
    ),
    "review": (
        Step(None, N_("gather the year: orders, needs, promises, surveys")),
        Step(Span(1, "w"), N_("write down what they got out of it")),
        Step(Span(2, "w"), N_("hold the review with who decides")),
        Step(Span(3, "w"), N_("send what was agreed")),
        Step(Span(6, "w"), N_("see that it is being done")),
    ),
    "revive": (
        Step(None, N_("find out why it went quiet")),
        Step(Span(1, "wd"), N_("call with something that is of use to them")),
        Step(Span(1, "w"), N_("send a case or an offer that fits")),
        Step(Span(2, "w"), N_("call again")),
        Step(Span(1, "m"), N_("visit them, or let it rest")),
    ),
}
RESERVED = HANDOVER
"""What no play is called: the tasks of hand-overs are marked with it."""

_ALSO_CALLED = {
    "escort": ("护航", "新客户护航"),
    "review": ("年度回顾", "回顾"),
    "revive": ("唤醒", "激活"),
}


def read(text: str) -> tuple[Step, ...]:
    """The steps of a play as a setting has them; BadValue says which is none."""
    parts = [part.strip() for part in text.replace("；", ";").split(";")]
    steps = tuple(_step(part) for part in parts if part)
    if not steps:
        raise BadValue(
            "a play has at least one step; write it like +0d: call them; +1w: visit them"
        )
    return steps


def write(steps: tuple[Step, ...], translate: Callable[[str], str] = str) -> str:
    """The same as one line, its texts in the language of `translate`."""
    return "; ".join(str(step._replace(text=translate(step.text))) for step in steps)


def names(own: Mapping[str, str]) -> Vocabulary:
    """The plays as people may write them: those that come along, and those that the settings add."""
    words = {name: _ALSO_CALLED[name] for name in SHIPPED}
    return Vocabulary("play", {**words, **{name: () for name in own if name not in words}})


def _step(text: str) -> Step:
    after, colon, what = text.replace("：", ":", 1).partition(":")
    if not colon or not what.strip():
        raise BadValue(
            "{step!r} is no step of a play; write it like +1w: ask how it goes", step=text
        )
    plain = after.strip().lstrip("+")
    is_at_once = plain[:-1].strip("0") == "" and plain[:1] == "0" and plain[-1:] in "dwmy"
    return Step(None if is_at_once else Span.read(plain), what.strip())
