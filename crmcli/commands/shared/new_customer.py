"""Asking for a new customer step by step, for `add-customer` without a name at a terminal (CLI.md)."""

from collections.abc import Callable, Mapping
from typing import Any

from crmcli.commands.shared import asking
from crmcli.commands.shared.asking import Question
from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.errors import Forbidden
from crmcli.locale import _
from crmcli.output import words
from crmcli.output.table import folded

_LISTS = ("phone", "email", "role", "tag", "field")
"""Options that may be given several times."""

Refuse = Callable[[str, str], None]
"""What refuses, by Forbidden, a name or a phone that another customer has."""


def ask_and_add(
    crm: Context, given: Mapping[str, Any], refuse: Refuse, add: Callable[..., None]
) -> None:
    """Ask for what the command line `given` has not said, show it, and `add` it once the person agrees."""
    answers: dict[str, str] = {}
    duplicate = [bool(given["allow_duplicate"])]

    def line() -> list[str]:
        """The command line that would do what was answered so far."""
        said = {name: value for name, value in given.items() if value and name not in answers}
        return _line({**answers, **said}, duplicate[0]) if answers else []

    with asking.keeping(crm, line):
        asking.hint(crm)
        questions = [one for one in _questions(crm, given, refuse, duplicate) if not given.get(one.name)]  # fmt: skip
        if not (asking.go_through(crm, questions, answers) and _agreed(crm, answers)):
            asking.tell(crm, line())
            return
        crm.arguments = line()
        lists = {name: [text] for name, text in answers.items() if name in _LISTS}
        add(**{**given, **answers, **lists, "allow_duplicate": duplicate[0]})


def _questions(
    crm: Context, given: Mapping[str, Any], refuse: Refuse, duplicate: list[bool]
) -> list[Question]:
    values = Values(crm)

    def new(name: str) -> Callable[[str], bool]:
        """Says at once who has it already; the person may go on all the same."""

        def check(text: str) -> bool:
            if name == "name":
                values.field("customer", name, text)
            try:
                if not duplicate[0]:
                    refuse(name, text)
            except Forbidden as there:
                crm.screen.note(there.sentence(_))
                crm.close()  # nobody is kept from writing while a person thinks
                duplicate[0] = asking.agrees(crm, _("Add it all the same?"), usual=False)
                return duplicate[0]
            finally:
                crm.close()
            return True

        return check

    def field(name: str, table: str = "customer") -> Callable[[str], bool]:
        def check(text: str) -> bool:
            try:
                values.field(table, name, text)
            finally:
                crm.close()
            return True

        return check

    def of_person(answers: Mapping[str, str]) -> bool:
        return bool(answers.get("person") or given.get("person"))

    company, prospect = words.word("company"), words.word("prospect")
    return [
        Question("name", _("Name:"), new("name"), is_needed=True),
        Question("kind", _("Company or person:"), field("kind"), company),
        Question("person", _("Someone there:"), field("name", "person")),
        Question("title", _("That person's title:"), field("title", "person"), asked_when=of_person),
        Question("phone", _("Phone:"), new("phone")),
        Question("tier", _("Tier ({known}):").format(known=_tiers(crm)), field("tier")),
        Question("stage", _("Stage (prospect, interested, customer, lost):"), field("stage"), prospect),
        Question("city", _("City:"), field("city")),
        Question("source", _("How it came to us:"), field("source")),
        Question("prefer", _("Preferred channel:"), field("prefer")),
        Question("need", _("What they need now:"), field("text", "need")),
    ]  # fmt: skip


def _tiers(crm: Context) -> str:
    tiers = crm.settings.tiers()
    crm.close()
    return _(", ").join(map(crm.tier_word, tiers))


def _agreed(crm: Context, answers: Mapping[str, str]) -> bool:
    crm.screen.note("")
    for name, text in answers.items():
        told = _("{field}: {text}").format(field=words.label("customer", name), text=text)
        for part in folded(told, crm.screen.room):
            crm.screen.note(part)
    return asking.agrees(crm, _("Add it?"), usual=True)


def _line(said: Mapping[str, Any], allow_duplicate: bool) -> list[str]:
    """The command line that says the same."""
    pairs = [
        (name, text)
        for name, value in said.items()
        if name not in ("name", "allow_duplicate")
        for text in (value if isinstance(value, list) else [value])
    ]
    name = said.get("name")
    line = ["add-customer", *([name] if name and name[:1] != "-" else [])]
    for option, text in pairs:
        line += (
            [f"--{option.replace('_', '-')}"] if text is True else asking.options({option: text})
        )
    line += ["--allow-duplicate"] if allow_duplicate else []
    return [*line, "--", name] if name and name[:1] == "-" else line
