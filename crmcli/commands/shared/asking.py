"""Questions at a terminal, one by one: back, skip and quit at each, and nothing that was answered is lost."""

import shlex
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from crmcli.context import Context
from crmcli.errors import CrmError
from crmcli.locale import _

BACK, QUIT, NOTHING = ("b", "<", "＜", "《"), ("q", "ｑ"), "-"
"""What is answered to move about, also as a Chinese keyboard writes it."""

_YES, _NO = ("y", "yes", "是", "好", "对"), ("n", "no", "否", "不")


class Question(NamedTuple):
    """What is asked, under a name. `check` refuses an answer by a CrmError, or quietly by False.

    `usual` is what Enter stands for, and is shown; `asked_when` says by the answers so far whether it is asked at all.
    """

    name: str
    text: str
    check: Callable[[str], bool | None]
    usual: str = ""
    asked_when: Callable[[Mapping[str, str]], bool] = lambda answers: True
    is_needed: bool = False


def hint(crm: Context) -> None:
    """Say how one gets about among the questions."""
    crm.screen.note(_("Enter skips a question, < goes back, - takes an answer away, q stops."))


def go_through(
    crm: Context, questions: Sequence[Question], answers: MutableMapping[str, str]
) -> bool:
    """Ask all, putting what is answered into `answers`; False when the person wants to stop.

    EOFError when there is nobody any more. What was answered already is shown and kept by Enter.
    """
    place = 0
    step = 1
    while place < len(questions):
        question = questions[place]
        if question.asked_when(answers):
            step = _ask(crm, question, answers)
            if not step:
                return False
        else:
            answers.pop(question.name, None)
        place = place + step
        if place < 0:
            place, step = 0, 1
    return True


def _ask(crm: Context, question: Question, answers: MutableMapping[str, str]) -> int:
    """One question until it is answered: 1 on, -1 back, 0 stop."""
    while True:
        kept = answers.get(question.name) or question.usual
        text = _("{question} [{kept}]").format(question=question.text, kept=kept) if kept else question.text  # fmt: skip
        said = crm.screen.answer(text)
        if said is None:
            raise EOFError
        if said in BACK:
            return -1
        if said in QUIT:
            return 0
        if said == NOTHING:
            answers.pop(question.name, None)
            said = ""
            if not question.is_needed:
                return 1
        said = said or answers.get(question.name, "")
        if not said and not question.is_needed:
            return 1
        try:
            if question.check(said) is not False:
                answers[question.name] = said
                return 1
        except CrmError as error:
            crm.screen.note(error.sentence(_))


def agrees(crm: Context, question: str, usual: bool) -> bool:
    """A yes or a no; Enter is the usual one. EOFError when there is nobody any more."""
    while True:
        keys = "Y/n" if usual else "y/N"
        said = crm.screen.answer(_("{question} ({keys})").format(question=question, keys=keys))
        if said is None:
            raise EOFError
        word = said.casefold()
        if not word or word in _YES or word in _NO:
            return word in _YES or (usual and not word)


@contextmanager
def keeping(crm: Context, line: Callable[[], Sequence[str]]) -> Iterator[None]:
    """Where it is broken off or refused, the command line is printed that would do what was answered so far."""
    try:
        yield
    except (KeyboardInterrupt, EOFError, CrmError) as error:
        if not isinstance(error, CrmError):
            crm.screen.note("")
        tell(crm, line())
        if isinstance(error, EOFError):
            raise KeyboardInterrupt from None
        raise


def tell(crm: Context, line: Sequence[str]) -> None:
    """Print the command line that would do what was answered so far; nothing when nothing was."""
    if line:
        crm.screen.note(_("Nothing is written. What you entered so far:"))
        crm.screen.note(shlex.join(["crm", *line]))


def options(answers: Mapping[str, str]) -> list[str]:
    """Answers as the options of a command line."""
    return [
        word
        for name, text in answers.items()
        for word in ((f"--{name.replace('_', '-')}", text) if text[:1] != "-" else (f"--{name.replace('_', '-')}={text}",))
    ]  # fmt: skip
