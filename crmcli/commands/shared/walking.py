"""Going through the triage queue one key at a time (CLI.md, `triage --walk`): for a person at a terminal."""

from typing import NamedTuple

from crmcli.commands.shared import service_texts
from crmcli.commands.shared.records import privacy
from crmcli.context import Context
from crmcli.locale import N_, _, plural
from crmcli.rules.service import states


class Answer(NamedTuple):
    """A key, what it means, and the urgency it gives."""

    key: str
    word: str
    urgency: str | None = None


ANSWERS = (
    Answer("u", N_("urgent"), "urgent"),
    Answer("i", N_("important"), "important"),
    Answer("r", N_("routine"), "routine"),
    Answer("s", N_("skip")),
    Answer("q", N_("stop")),
)


def walk_needs(crm: Context) -> None:
    """Show the open needs one by one in the order of the queue, untriaged first; each key is a change of its own."""
    crm.read()
    keys = [row["id"] for row in crm.db.rows("queue", now=crm.clock.instant, today=crm.today.isoformat(), limit=-1)]  # fmt: skip
    crm.close()
    hint = "  ".join(f"[{answer.key}] {_(answer.word)}" for answer in ANSWERS)
    done = 0
    for place, key in enumerate(keys, start=1):
        chosen = _ask(crm, key, f"{place}/{len(keys)}", hint)
        if chosen is None:
            continue
        if chosen.key == "q":
            break
        if chosen.urgency:
            done += _set(crm, key, chosen.urgency)
    told = plural("{n} need set; crm undo takes it back.", "{n} needs set; crm undo takes them back, the last one first.", done)  # fmt: skip
    if done:
        crm.screen.note(told.format(n=done))
    elif not keys:
        crm.screen.note(_("No need is open."))


def _ask(crm: Context, key: int, place: str, hint: str) -> Answer | None:
    """The answer to one need, asked until it is one; None for a need that is no longer open."""
    crm.read()
    row = crm.db.row("need_row", id=key)
    customer = crm.db.row("customer_by_id", id=row["customer_id"]) if row is not None else None
    standing = service_texts.standing(crm, key)
    crm.close()  # nobody is kept from writing while a person thinks
    if row is None or customer is None or row["queue"] is None:
        return None
    about, tier = customer["name"], crm.tier_word(customer["tier"])
    if tier:
        about = _("{name} ({tier})").format(name=about, tier=tier)
    crm.screen.say(f"\n{place}  {standing}")
    crm.screen.say(
        _("{name}: {text}").format(name=about, text=privacy(crm, False).text(row["text"]))
    )
    while True:
        pressed = crm.screen.key(hint) or "s"  # Enter skips
        chosen = next((one for one in ANSWERS if one.key == pressed), None)
        if chosen:
            return chosen
        crm.screen.note(_("{key!r} is none of these keys.").format(key=pressed))


def _set(crm: Context, key: int, urgency: str) -> bool:
    """One change; False when the need is no longer open, for others work too."""
    crm.write()
    row = crm.db.row("need_row", id=key)
    if row is None or row["deleted_at"] or row["status"] not in states.OPEN:
        crm.close()
        return False
    with crm.change() as change:
        change.update(
            "need", key, urgency=urgency, status=states.after_triage(row["status"], urgency)
        )
    crm.screen.note(service_texts.standing(crm, key))
    crm.close()
    return change.was_written
