"""Going through the triage queue (CLI.md, `triage --walk`)."""

from collections.abc import Callable
from typing import Any

from crmcli.commands import triage
from crmcli.commands.shared import service_texts
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.walking import ON, STAY, Key, Stop, Walk, ask_until_right
from crmcli.context import Context
from crmcli.locale import N_, _
from crmcli.output import words
from crmcli.rules.terms import NEED_KIND
from crmcli.store.database import Row

_URGENCIES = (
    ("u", N_("urgent"), N_("it is urgent")),
    ("i", N_("important"), N_("it is important")),
    ("r", N_("routine"), N_("it is routine")),
)
_SET = N_("needs set: {n}")


class NeedWalk:
    """One walk through the needs that are open as it begins."""

    def __init__(self, crm: Context) -> None:
        self._crm = crm
        crm.read()
        self._keys = triage.queue(crm, None)
        crm.close()
        self._walk = Walk(crm, len(self._keys), self._stop_at, skip="s", undo="x")

    def go(self) -> None:
        """Walk, unless nothing is open."""
        if self._keys:
            self._walk.go()
        else:
            self._crm.screen.note(_("No need is open."))

    def _stop_at(self, place: int) -> Stop | None:
        crm, key = self._crm, self._keys[place]
        crm.read()
        row = crm.db.row("need_row", id=key)
        if row is None or row["deleted_at"] or row["queue"] is None:
            return None
        customer = crm.db.row("customer_by_id", id=row["customer_id"])
        if customer is None:
            return None
        tier = crm.tier_word(customer["tier"])
        about = _("{name} ({tier})").format(name=customer["name"], tier=tier) if tier else customer["name"]  # fmt: skip
        lines = [
            f"{place + 1}/{len(self._keys)}  {service_texts.standing(crm, key)}",
            _("{name}: {text}").format(name=about, text=privacy(crm, False).text(row["text"])),
            _("{field}: {text}").format(field=_("kind"), text=words.word(row["kind"]) or "–")
            + _("; ")
            + _("{field}: {text}").format(field=_("owner"), text=row["owner"] or "–"),
        ]
        return Stop(lines, self._keys_of(row))

    def _keys_of(self, row: Row) -> list[Key]:
        ref = f"n{row['id']}"

        def urgency(word: str) -> Callable[[], str]:
            return lambda: ON if self._set(ref, urgency=word) else STAY

        urgencies = [Key(key, word, told, urgency(word)) for key, word, told in _URGENCIES]
        return [
            *urgencies,
            Key("k", N_("kind"), N_("say what kind of need it is"), lambda: self._ask_kind(ref, row["kind"])),
            Key("o", N_("owner"), N_("say who takes care of it"), lambda: self._ask_owner(ref, row["owner"])),
        ]  # fmt: skip

    def _set(self, ref: str, **given: Any) -> bool:
        typed = [word for name, text in given.items() for word in (f"--{name}", text)]
        return self._walk.run(_SET, "triage", [ref, *typed], triage.run, need=ref, **given)

    def _ask_kind(self, ref: str, now: str | None) -> str:
        kinds = _(", ").join(map(_, NEED_KIND.words))
        question = _("What kind? ({known}) [{usual}]").format(
            known=kinds, usual=words.word(now) or "–"
        )
        ask_until_right(self._crm, question, now or "", lambda said: self._set(ref, kind=said))
        return STAY

    def _ask_owner(self, ref: str, now: str | None) -> str:
        usual = now or self._crm.actor
        question = _("Who takes care of it? [{usual}]").format(usual=usual)
        ask_until_right(self._crm, question, usual, lambda said: self._set(ref, owner=said))
        return STAY
