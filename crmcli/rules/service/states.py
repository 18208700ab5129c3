"""The states of a need, and which step is possible from which (HANDBOOK §4)."""

from collections.abc import Mapping, Sequence

from crmcli.errors import Forbidden, Listed
from crmcli.rules.said import typed

OPEN = ("received", "triaged", "planned", "scheduled", "in_progress", "reopened")
"""Those in which work is to be done; `waiting` is any of them standing still."""

CLOSED = ("confirmed", "declined")

STORED = (*OPEN, "resolved", *CLOSED)
"""Those that a need can be in; that it is `waiting` its events say."""

EVENTS = (
    "sent", "agreed", "scheduled", "started", "told", "waiting", "resumed", "resolved", "confirmed", "reopened", "declined",
)  # fmt: skip
"""What can happen to a need."""

_BEFORE_WORK = ("received", "triaged", "planned", "scheduled", "reopened")

STEPS: Mapping[str, Sequence[str]] = {
    "triage": OPEN,
    "plan": OPEN,
    "send": OPEN,
    "agree": OPEN,
    "schedule": OPEN,
    "delay": OPEN,
    "wait": OPEN,
    "resume": OPEN,
    "resolve": OPEN,
    "decline": OPEN,
    "escalate": OPEN,
    "confirm": ("resolved",),
    "reopen": ("resolved", *CLOSED),
}
"""From which states each step can be taken."""

_RESOLVE, _REOPEN = "crm resolve {ref} SOLUTION", "crm reopen {ref}"
_POSSIBLE = {
    "open": ("crm plan-need {ref}", "crm wait {ref}", _RESOLVE, "crm decline {ref} --reason WHY"),
    "planned": ("crm plan-need {ref} --sent", "crm confirm {ref} --plan", _RESOLVE),
    "resolved": ("crm confirm {ref}", _REOPEN),
    "confirmed": (_REOPEN,),
    "declined": (_REOPEN,),
}
"""What can be done instead, by state."""


def insist(step: str, ref: str, status: str) -> None:
    """Forbidden, with what is possible, when `step` cannot be taken from `status`."""
    if status not in STEPS[step]:
        raise Forbidden(
            "{ref} is {what}; possible now: {possible}",
            ref=ref,
            what=status.replace("_", " "),
            possible=Listed(
                typed(command.format(ref=ref))
                for command in _POSSIBLE.get(status, _POSSIBLE["open"])
            ),
        )


def after_triage(status: str, urgency: str | None) -> str:
    """The state of a need that has got an urgency, or (None) has it no more."""
    if urgency is None:
        return "received" if status == "triaged" else status
    return "triaged" if status == "received" else status


def after_plan(status: str) -> str:
    """The state of a need that has got a plan; one that is being worked on stays so."""
    return "planned" if status in ("received", "triaged", "reopened") else status


def after_start(status: str) -> str:
    """The state once the plan is confirmed or a first step is done."""
    return "in_progress" if status in _BEFORE_WORK else status
