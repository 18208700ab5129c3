"""The questions of a survey: asked one by one at a terminal, or as a wording to be sent (HANDBOOK §5)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from crmcli.commands.shared import asking, surveys
from crmcli.commands.shared.asking import Question
from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.locale import N_, _
from crmcli.store.changes import check as store_check

QUESTIONS: Mapping[str, str] = {
    "solved": N_("Is it solved?"),
    "speed": N_("Were we quick enough?"),
    "attitude": N_("Were we friendly and helpful?"),
    "product": N_("How satisfied are you with our products?"),
    "response": N_("How satisfied are you with how fast we respond?"),
    "support": N_("How satisfied are you with our support?"),
    "overall": N_("All in all, how satisfied are you with us?"),
    "nps": N_("How likely are you to recommend us?"),
    "pain": N_("What troubles you most at present?"),
    "future": N_("What will you need in the year to come?"),
    "good": N_("What did we do well?"),
    "bad": N_("What should we do better?"),
    "comment": N_("Is there anything else?"),
}
"""What is asked, by the JSON name of the answer."""

_RANGES = {"nps": (0, 10)}
_USUAL_RANGE = (1, 5)


# --- one by one ---


@contextmanager
def keeping(crm: Context, target: surveys.Target) -> Iterator[dict[str, str]]:
    """What is answered goes into this; broken off, it is printed as the command line that would record it."""
    answers: dict[str, str] = {}

    def line() -> list[str]:
        return ["survey", target.reference, "--kind", target.kind, *asking.options(answers)] if answers else []  # fmt: skip

    with asking.keeping(crm, line):
        yield answers


def ask(
    crm: Context, values: Values, target: surveys.Target, answers: dict[str, str]
) -> dict[str, Any]:
    """What a person at a terminal answers, a question at a time; nothing when they stop and do not want it recorded."""
    columns: dict[str, dict[str, Any]] = {}

    def reader(name: str) -> Callable[[str], bool]:
        def check(text: str) -> bool:
            if name == "by":
                columns[name] = surveys.person(crm, target.customer, text)
            else:
                columns[name] = values.fields("survey", {name: text})
            store_check("survey", columns[name])
            return True

        return check

    questions = [Question(name, _hinted(name), reader(name)) for name in surveys.asked_in(target.kind)]  # fmt: skip
    by = Question("by", _("Who answered? (a name or h3; Enter to skip)"), reader("by"), asked_when=bool)  # fmt: skip
    with crm.waiting_for_a_person():
        asking.hint(crm)
        is_done = asking.go_through(crm, [*questions, by], answers)
        if not answers:
            crm.screen.note(_("Nothing was answered, and nothing is written."))
            return {}
        if not is_done and not asking.agrees(crm, _("Record what was answered so far?"), usual=True):  # fmt: skip
            crm.screen.note(_("Nothing is written."))
            return {}
    return {name: value for one in answers for name, value in columns[one].items()}


def _hinted(name: str) -> str:
    if name not in surveys.SCORED:
        return _("{question} (Enter to skip)").format(question=_(QUESTIONS[name]))
    least, most = _RANGES.get(name, _USUAL_RANGE)
    return _("{question} ({least} to {most}; Enter to skip)").format(
        question=_(QUESTIONS[name]), least=least, most=most
    )


# --- as a wording ---

_OPENINGS = {
    "service": N_(
        "May I ask you a few short questions about our service, so that we do better next time?"
    ),
    "relation": N_(
        "From time to time we ask how our customers find working with us. May I ask you?"
    ),
    "deep": N_("We would like to understand what troubles you, and what you will need."),
}


def wording(kind: str, name: str | None, about: str | None) -> Iterator[str]:
    """The lines of a text that asks for the answers, for the customer of that name, about a need."""
    yield _("Hello {name},").format(name=name) if name else _("Hello,")
    if about:
        yield _("this is about: {text}").format(text=about)
    yield _(_OPENINGS[kind])
    asked = surveys.asked_in(kind)
    if any(name in surveys.SCORED for name in asked if name != "nps"):
        yield _("Please answer from 1 (not at all) to 5 (very much):")
    for place, one in enumerate(asked, start=1):
        question = _(QUESTIONS[one])
        if one == "nps":
            question = _("{question} (from 0, never, to 10, certainly)").format(question=question)
        yield _("{place}. {question}").format(place=place, question=question)
    yield _("Thank you!")
