"""Going through what is due, one item at a time (CLI.md, `due --walk`)."""

from collections.abc import Sequence
from typing import Any

from crmcli.commands.shared import due_items
from crmcli.commands.shared.asking import BACK
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.walking import ON, STAY, Key, Stop, Walk, ask_until_right
from crmcli.context import Context
from crmcli.errors import CrmError
from crmcli.locale import N_, _
from crmcli.output import words
from crmcli.output.shapes import Privacy
from crmcli.rules.due import DueItem
from crmcli.rules.due.lateness import is_lateness
from crmcli.rules.said import Said, typed
from crmcli.store.database import Row, as_list
from crmcli.store.due import Question, as_it_stands
from crmcli.store.records import Record

_LOGGED, _DONE, _PUT_OFF = N_("logged: {n}"), N_("done: {n}"), N_("put off: {n}")
_USUAL_SNOOZE = "1wd"
_LASTING = ("unanswered", "win-back")
"""What a snooze of the customer's touch would leave where it is."""


def _says_the_day(part: Said, item: DueItem) -> bool:
    """True for what the first line of an item says already: the day it is due, and how far away that is."""
    due = part.template in ("due {day}", "due {day} {time}") and part.values["day"] == item.due_on
    return due or is_lateness(part)


class DueWalk:
    """One walk through items as they were listed when it began."""

    def __init__(self, crm: Context, asked: Question, items: Sequence[DueItem], reveal: bool) -> None:  # fmt: skip
        self._crm, self._asked, self._items, self._reveal = crm, asked, items, reveal
        crm.close()
        self._walk = Walk(crm, len(items), self._stop_at, skip="n", undo="u")

    def go(self) -> None:
        """Walk."""
        self._walk.go()

    # --- what is shown ---

    def _now(self, place: int) -> DueItem | None:
        """The item as it is by now."""
        crm = self._crm
        crm.read()
        asked = self._asked._replace(now=crm.clock.now)
        return as_it_stands(crm.db, self._items[place], asked, crm.settings.policy())

    def _stop_at(self, place: int) -> Stop | None:
        crm, item = self._crm, self._now(place)
        if item is None:
            return None
        record = crm.record(item.ref) if item.customer else None
        can_settle = self._can_settle(item, record)
        mask = privacy(crm, self._reveal, terminal_reveals=True)
        lines = list(self._lines(place, due_items.masked(item, mask), mask))
        if not (can_settle and item.action.startswith("crm done ")):
            command = typed(item.action).render(_, str)
            lines.append(_("settled by: {command}").format(command=command))
        return Stop(lines, list(self._keys(place, item, record, can_settle)))

    def _lines(self, place: int, item: DueItem, mask: Privacy) -> Any:
        crm = self._crm
        day, far = due_items.when(item, crm.today), due_items.far(crm, item)
        yield f"{place + 1}/{len(self._items)}  {item.ref}  {day}  {far}"
        title = words.title(item.title, crm.today)
        why = words.why([part for part in item.why if not _says_the_day(part, item)], crm.today)
        if why.startswith(title):  # which then says all the title does
            title, why = why, ""
        if item.customer is None:
            yield title
        else:
            name, tier = item.customer["name"], crm.tier_word(item.customer["tier"])
            about = _("{name} ({tier})").format(name=name, tier=tier) if tier else name
            yield _("{name}: {text}").format(name=about, text=title)
        if why:
            yield why
        if item.customer:
            yield from self._of_customer(int(item.customer["ref"][1:]), mask)

    def _of_customer(self, key: int, mask: Privacy) -> Any:
        crm = self._crm
        for row in crm.db.rows("interactions_of", customer=key, limit=1):
            on = crm.clock.to_local(row["at"]).date()
            said = " ".join((mask.text(row["summary"]) or "").split())
            told = _(", ").join(filter(None, (words.day(on, crm.today), _(row["channel"]), said)))
            yield _("last contact: {told}").format(told=told)
        points = crm.db.rows("contact_points_of", customers=as_list([key]))
        if phones := mask.points(points, "phone"):
            yield _("phone: {phones}").format(phones=_(", ").join(phones))

    # --- the keys ---

    def _keys(self, place: int, item: DueItem, record: Record | None, can_settle: bool) -> Any:
        if record is not None:
            yield Key("l", N_("log"), N_("log a contact, and what comes next"), lambda: self._log(place, item, record))  # fmt: skip
        if can_settle:
            yield Key("d", N_("done"), N_("it is done; what came of it may be said"), lambda: self._done(item))  # fmt: skip
        if record is not None and self._can_wait(item, record):
            yield Key("z", N_("snooze"), N_("put it off until a day"), lambda: self._snooze(item))
        if item.customer:
            yield Key("s", N_("story"), N_("show all that is known of the customer"), lambda: self._story(item))  # fmt: skip

    def _can_settle(self, item: DueItem, record: Record | None) -> bool:
        if record is None:
            return item.action.startswith("crm done ")
        from crmcli.commands.shared.settling import settler

        try:
            settler(self._crm, record, item.ref)
        except CrmError:
            return False
        return True

    def _can_wait(self, item: DueItem, record: Record) -> bool:
        from crmcli.commands.snooze import insist

        if item.kind in _LASTING:
            return False
        try:
            insist(record, item.ref)
        except CrmError:
            return False
        return True

    def _log(self, place: int, item: DueItem, record: Record) -> str:
        assert item.customer is not None
        crm, customer = self._crm, item.customer["ref"]
        summary = crm.screen.ask(_("What was said? (Enter: log nothing)"))
        if not summary or summary in BACK:
            return STAY
        given: dict[str, Any] = _about(item, record.row)
        line = [word for name, text in given.items() for word in _option(name, text)]
        following = crm.screen.ask(_("What comes next? (Enter: nothing)"))

        def log(on: str) -> bool:
            """Once all is said; asked for the day again when it is none."""
            from crmcli.commands import log_contact

            more: dict[str, Any] = {"next_": [following], "on": [on]} if following else {}
            typed = [*line, *(["--next", following, "--on", on] if following else [])]
            return self._walk.run(
                _LOGGED,
                "log-contact",
                [customer, summary, *typed],
                log_contact.run,
                customer=customer,
                summary=summary,
                **given,
                **more,
            )

        if following:
            logged = ask_until_right(crm, _("By when? [1wd]"), _USUAL_SNOOZE, log)
        else:
            logged = log("")
        return ON if logged and self._now(place) is None else STAY

    def _done(self, item: DueItem) -> str:
        from crmcli.commands import done

        result = self._crm.screen.ask(_("What came of it? (Enter: nothing to say)"))
        if result in BACK:
            return STAY
        said = [result] if result else []
        settled = self._walk.run(_DONE, "done", [item.ref, *said], done.run, reference=item.ref, result=result or None)  # fmt: skip
        return ON if settled else STAY

    def _snooze(self, item: DueItem) -> str:
        from crmcli.commands import snooze

        def put_off(until: str) -> bool:
            return self._walk.run(_PUT_OFF, "snooze", [item.ref, until], snooze.run, reference=item.ref, until=until)  # fmt: skip

        question = _("Until when? (< goes back) [1wd]")
        return ON if ask_until_right(self._crm, question, _USUAL_SNOOZE, put_off) else STAY

    def _story(self, item: DueItem) -> str:
        from crmcli.commands import show

        assert item.customer is not None
        ref = item.customer["ref"]
        self._walk.run("", "show", [ref], show.run, reference=ref, reveal=self._reveal)
        return STAY


_LINKED = {"need": "n", "promise": "p", "deal": "d"}


def _about(item: DueItem, row: Row) -> dict[str, Any]:
    """What the contact is logged with: the need, promise or deal that the item is of, and how it was."""
    table = item.ref[0]
    given: dict[str, Any] = {}
    for name, letter in _LINKED.items():
        if table == letter:
            given[name] = item.ref.partition(":")[0]
        elif f"{name}_id" in row.keys() and row[f"{name}_id"]:  # noqa: SIM118, a Row
            given[name] = f"{letter}{row[f'{name}_id']}"
    more: dict[str, dict[str, Any]] = {"visit": {"channel": "visit"}, "care": {"care": True}}
    return {**given, **more.get(item.kind, {})}


def _option(name: str, value: Any) -> list[str]:
    return [f"--{name}"] if value is True else [f"--{name}", value]
