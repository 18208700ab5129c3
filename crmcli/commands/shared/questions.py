"""The questions of a survey: asked one by one at a terminal, or as a wording to be sent (HANDBOOK §5)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from crmcli.commands.shared import surveys
from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.errors import CrmError
from crmcli.locale import N_, _
from crmcli.store.changes import check

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


def ask(crm: Context, values: Values, target: surveys.Target) -> dict[str, Any]:
    """What a person at a terminal answers, a question at a time: each may be skipped, a bad answer is asked for again."""
    columns: dict[str, Any] = {}
    with crm.waiting_for_a_person():
        for name in surveys.asked_in(target.kind):
            question = _hinted(name)
            columns |= _answer(crm, question, lambda text, name=name: values.fields("survey", {name: text}))  # type: ignore[misc]  # fmt: skip
        if columns:
            question = _("Who answered? (a name or h3; Enter to skip)")
            columns |= _answer(crm, question, lambda text: surveys.person(crm, target.customer, text))  # fmt: skip
    return columns


def _hinted(name: str) -> str:
    if name not in surveys.SCORED:
        return _("{question} (Enter to skip)").format(question=_(QUESTIONS[name]))
    least, most = _RANGES.get(name, _USUAL_RANGE)
    return _("{question} ({least} to {most}; Enter to skip)").format(
        question=_(QUESTIONS[name]), least=least, most=most
    )


def _answer(crm: Context, question: str, read: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    while text := crm.screen.ask(question):
        try:
            columns = read(text)
            check("survey", columns)
        except CrmError as error:
            crm.screen.note(error.sentence(_))
        else:
            return columns
    return {}


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
