"""Records under their JSON names (CLI.md, JSON): the one place where a stored row becomes what scripts read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from crmcli.rules.references import ref

Row = Mapping[str, Any] | Any
ToLocal = Callable[[str], datetime]


class Privacy:
    """Masks phones, e-mails and WeChat where told to, and remembers that it did (HANDBOOK §10).

    In what is `leaving` the machine people's names are masked, too: where they stand by themselves, and those that
    `known` gives also within texts. With `amounts` amounts of money are left out.
    """

    def __init__(
        self,
        masking: bool,
        leaving: bool = False,
        *,
        known: Callable[[], Iterable[str]] = tuple,
        amounts: bool = False,
    ) -> None:
        self.masking = masking
        self.leaving = leaving
        self.did_mask = False
        self._known = known
        self._mask_names: Callable[[str], str] | None = None
        self._mask_numbered: Callable[[str], str] | None = None
        self._amounts = amounts

    def knowing(self, names: Iterable[str]) -> "Privacy":
        """The same, which masks these names within texts, too."""
        return Privacy(
            self.masking,
            self.leaving,
            known=lambda: (*self._known(), *names),
            amounts=self._amounts,
        )

    def points(self, rows: Sequence[Row], kind: str) -> list[str]:
        """The active values of one kind, masked where told to."""
        found = [row["value"] for row in rows if row["kind"] == kind and row["active"]]
        return [self.value(kind, value) for value in found]

    def value(self, kind: str, value: str) -> str:
        """One phone, e-mail or WeChat, masked where told to."""
        if not self.masking:
            return value
        from crmcli.rules import masking

        self.did_mask = True
        mask = {
            "phone": masking.mask_phone,
            "email": masking.mask_email,
            "wechat": masking.mask_wechat,
        }
        return mask[kind](value)

    def point(self, kind: str | None, text: str | None) -> str | None:
        """The same where it need not be one; what is none is a text."""
        return self.value(kind, text) if text and kind in ("phone", "email", "wechat") else self.text(text)  # fmt: skip

    def text(self, text: str | None) -> str | None:
        """Free text, with phones, e-mails and ID-like numbers in it masked where told to."""
        if not self.masking or not text:
            return text
        if not self.leaving:
            return self._numbers(text)
        if self._mask_names is None or self._mask_numbered is None:
            from crmcli.rules.masking import mask_names, mask_numbers

            names = list(self._known())
            # A number in a name is masked with it: without the number it would not be found any more.
            self._mask_numbered = mask_names(one for one in names if mask_numbers(one) != one)
            self._mask_names = mask_names(names)
        masked = self._mask_names(self._numbers(self._mask_numbered(text)) or "")
        self.did_mask = self.did_mask or masked != text
        return masked

    def traced(self, text: str) -> tuple[str, list[tuple[int, int]]]:
        """Free text as `text` masks its numbers, with what each character stands for (rules/masking.py)."""
        if not self.masking:
            return text, [(place, place + 1) for place in range(len(text))]
        from crmcli.rules.masking import traced

        masked, origins = traced(text)
        self.did_mask = self.did_mask or masked != text
        return masked, origins

    def amount(self, minor: int | None, currency: str | None = None) -> float | None:
        """An amount of money in major units of its currency; none where amounts are masked."""
        if minor is None:
            return None
        if self.masking and self._amounts:
            self.did_mask = True
            return None
        from crmcli.rules.money import to_major

        return to_major(minor, currency)

    def command(self, text: str | None) -> str | None:
        """A command line of the log, likewise; with the amounts in it, where those are masked."""
        if not self.masking or not text:
            return text
        from crmcli.rules.masking import mask_amounts, mask_points

        # Amounts first, while what stands in quotes is as it was typed.
        without = mask_amounts(text) if self._amounts else text
        masked = mask_points(self.text(without) or "")
        self.did_mask = self.did_mask or masked != text
        return masked

    def name(self, name: str | None, title: str | None = None) -> str | None:
        """Somebody's name, with the title that tells who is meant where it is masked."""
        if not (self.masking and self.leaving) or not name:
            return name
        from crmcli.rules.masking import mask_person

        self.did_mask = True
        return mask_person(name, self.text(title) or "")

    def name_of(self, customer: Row, column: str = "name") -> str | None:
        """A customer's name, masked where it is a person's; of a company's, in what leaves, the numbers in it."""
        name: str | None = customer[column]
        if customer["kind"] == "person":
            return self.name(name)
        return self._numbers(name) if self.leaving else name

    def _numbers(self, text: str | None) -> str | None:
        """The same as `text` without regard to names."""
        if not self.masking or not text:
            return text
        from crmcli.rules.masking import mask_numbers

        masked = mask_numbers(text)
        self.did_mask = self.did_mask or masked != text
        return masked


_CONSENT_TEXTS = ("consent_source", "consent_scope")
_TEXTS = {
    "customer": ("address", "source", "note", "loss_reason", "credit_grade", *_CONSENT_TEXTS),
    "person": ("title", "concern", "preferences", "note", *_CONSENT_TEXTS),
    "interaction": ("summary", "feedback", "agreed", "excerpt"),
    "task": ("text", "result"),
    "key_date": ("note",),
    "field_value": ("value",),
    "tag": ("name",),
    "segment": ("name", "filters"),
    "tier_standing": ("why",),
}
AMOUNTS = {
    "interaction": ("cost",),
    "need": ("budget",),
    "deal": ("amount",),
    "contract": ("amount",),
    "customer_order": ("amount",),
}
"""The columns that hold money, in minor units."""
_NAMES = {
    "customer": ("name", "short_name"),
    "person": ("name",),
    "participant": ("name",),
    "task": ("owner",),
    "former_customer": ("name", "short_name"),  # which may have been a person's
}


def moving(table: str, row: Mapping[str, Any], privacy: Privacy) -> dict[str, Any]:
    """A stored row as it leaves the machine whole, under its columns' names."""
    if not privacy.masking:
        return dict(row)
    from crmcli.output import service_shapes, year_shapes

    masked = dict(row)
    if table == "contact_point":
        masked["value"] = privacy.value(row["kind"], row["value"])
    texts = _TEXTS.get(table) or service_shapes.TEXTS.get(table) or year_shapes.TEXTS.get(table)
    for column in texts or ():
        if column in row:
            masked[column] = privacy.text(row[column])
    for column in AMOUNTS.get(table, ()):
        if column in row and privacy.amount(row[column]) is None:
            masked[column] = None
    if row.get("verified_by"):  # one of ours
        masked["verified_by"] = privacy.name(row["verified_by"])
    if table == "customer" and row["kind"] != "person":
        return masked | {name: privacy.name_of(row, name) for name in _NAMES[table] if name in row}
    names = _NAMES.get(table) or service_shapes.NAMES.get(table) or year_shapes.NAMES.get(table)
    for column in names or ():
        if column in row:
            masked[column] = privacy.name(row[column], row.get("title"))
    return masked


def local(instant: str | None, to_local: ToLocal) -> str | None:
    """A stored instant as local time with its offset."""
    return to_local(instant).isoformat() if instant else None


def person(row: Row, points: Sequence[Row], privacy: Privacy) -> dict[str, Any]:
    """Someone at a customer."""
    own = [point for point in points if point["person_id"] == row["id"]]
    return {
        "ref": ref("person", row["id"]),
        "customer": ref("customer", row["customer_id"]),
        "external_id": row["external_id"],
        "name": privacy.name(row["name"], row["title"]),
        "title": privacy.text(row["title"]),
        "roles": row["roles"].split(",") if row["roles"] else [],
        "phones": privacy.points(own, "phone"),
        "emails": privacy.points(own, "email"),
        "wechat": next(iter(privacy.points(own, "wechat")), None),
        "key_person": bool(row["key_person"]),
        "concern": privacy.text(row["concern"]),
        "preferences": privacy.text(row["preferences"]),
        "note": privacy.text(row["note"]),
        **consent(row, privacy),
        "left_on": row["left_on"],
        "successor": ref("person", row["successor_id"]),
        **verified(row, privacy),
        "priority": bool(row["priority"]),
    }


def verified(row: Row, privacy: Privacy) -> dict[str, Any]:
    """When somebody last saw that what is kept of a person or customer is right, and who; null where nobody did."""
    return {"verified_on": row["verified_on"], "verified_by": privacy.name(row["verified_by"])}


def consent(row: Row, privacy: Privacy) -> dict[str, Any]:
    """Whether a person or customer agreed, since when, how it was said and what for; null where it is not known."""
    return {
        "consent": row["consent"],
        "consent_on": row["consent_on"],
        "consent_source": privacy.text(row["consent_source"]),
        "consent_scope": privacy.text(row["consent_scope"]),
    }


def customer(
    row: Row, parts: Any, lifecycle: str, privacy: Privacy, to_local: ToLocal
) -> dict[str, Any]:
    """A customer with its people, without `missing`, which the rules add."""
    own = [point for point in parts.points if point["person_id"] is None]
    return {
        "ref": ref("customer", row["id"]),
        "external_id": row["external_id"],
        "name": privacy.name_of(row),
        "short_name": privacy.name_of(row, "short_name"),
        "kind": row["kind"],
        "stage": row["stage"],
        "lifecycle": lifecycle,
        "tier": row["tier"],
        "industry": row["industry"],
        "size": row["size"],
        "city": row["city"],
        "address": privacy.text(row["address"]),
        "uscc": row["uscc"],
        "source": privacy.text(row["source"]),
        "since": row["since"],
        "prefer": row["prefer"],
        "phones": privacy.points(own, "phone"),
        "emails": privacy.points(own, "email"),
        "wechat": next(iter(privacy.points(own, "wechat")), None),
        "tags": [privacy.text(tag) for tag in parts.tags],
        "fields": {name: privacy.text(value) for name, value in parts.fields.items()},
        "note": privacy.text(row["note"]),
        "referred_by": ref("customer", row["referred_by"]),
        "cadence": row["cadence"],
        "visit_cadence": row["visit_cadence"],
        "do_not_contact": bool(row["do_not_contact"]),
        "retired_on": row["retired_on"],
        "priority": bool(row["priority"]),
        "loss_reason": privacy.text(row["loss_reason"]),
        "credit_grade": privacy.text(row["credit_grade"]),
        "credit_on": row["credit_on"],
        "blacklisted": bool(row["blacklisted"]),
        **verified(row, privacy),
        **consent(row, privacy),
        "last_contact_at": local(row["last_contact_at"], to_local),
        "next_touch_on": row["next_touch_on"],
        "promised_on": row["promised_on"],
        "snoozed_until": row["snoozed_until"],
        "intent": row["intent"],
        "open_needs": row["open_needs"],
        "people": [person(someone, parts.points, privacy) for someone in parts.people],
        "created_at": local(row["created_at"], to_local),
    }


def task(row: Row, moment: Callable[[date, str], datetime], privacy: Privacy) -> dict[str, Any]:
    """A task or follow-up; `moment` gives a local day and time its offset."""
    due = row["due_on"]
    if row["due_time"]:
        due = moment(date.fromisoformat(due), row["due_time"]).isoformat()
    return {
        "ref": ref("task", row["id"]),
        "customer": ref("customer", row["customer_id"]),
        "kind": row["kind"],
        "text": privacy.text(row["text"]),
        "tells": bool(row["tells"]),
        "play": row["play"],
        "owner": privacy.name(row["owner"]),
        "due": due,
        "snoozed_until": row["snoozed_until"],
        "done_on": row["done_on"],
        "result": privacy.text(row["result"]),
        "origin": ref("interaction", row["interaction_id"]) or ref("need", row["need_id"]),
        "priority": bool(row["priority"]),
        "external_id": row["external_id"],
    }


def next_step(row: Row, privacy: Privacy) -> dict[str, Any]:
    """A task as what comes next after something else; with `done_on` when it is done."""
    return {
        "ref": ref("task", row["id"]),
        "text": privacy.text(row["text"]),
        "on": row["due_on"],
        "owner": privacy.name(row["owner"]),
        **({"done_on": row["done_on"]} if row["done_on"] else {}),
    }


def key_date(row: Row, person: Row | None, privacy: Privacy) -> dict[str, Any]:
    """A birthday, an anniversary or another key date; `person` whose it is, when it is not the customer's own."""
    return {
        "ref": ref("key_date", row["id"]),
        "customer": ref("customer", row["customer_id"]),
        "person": {"ref": ref("person", person["id"]), "name": privacy.name(person["name"])}
        if person
        else None,
        "kind": row["kind"],
        "day": row["day"],
        "note": privacy.text(row["note"]),
        "lead_days": row["lead_days"],
        "next_on": row["next_on"],
        "done_on": row["done_on"],
        "snoozed_until": row["snoozed_until"],
        "external_id": row["external_id"],
    }


def interaction(
    row: Row,
    participants: Sequence[Row],
    tasks: Sequence[Row],
    privacy: Privacy,
    to_local: ToLocal,
) -> dict[str, Any]:
    """A contact, under the names that `--stdin` takes too."""
    theirs = [one["person_name"] or one["name"] for one in participants if one["side"] == "theirs"]
    return {
        "ref": ref("interaction", row["id"]),
        "customer": ref("customer", row["customer_id"]),
        "summary": privacy.text(row["summary"]),
        "channel": row["channel"],
        "direction": row["direction"],
        "at": local(row["at"], to_local),
        "minutes": row["minutes"],
        "no_answer": bool(row["no_answer"]),
        "with": list(map(privacy.name, theirs)),
        "ours": [privacy.name(one["name"]) for one in participants if one["side"] == "ours"],
        "feedback": privacy.text(row["feedback"]),
        "agreed": privacy.text(row["agreed"]),
        "excerpt": privacy.text(row["excerpt"]),
        "intent": row["intent"],
        "next": [next_step(one, privacy) for one in tasks],
        "promised_on": row["promised_on"],
        "need": ref("need", row["need_id"]),
        "promise": ref("promise", row["promise_id"]),
        "deal": ref("deal", row["deal_id"]),
        "stage": row["stage"],
        "care": bool(row["care"]),
        "cost": privacy.amount(row["cost"]),
        "signed": bool(row["signed"]),
        "external_id": row["external_id"],
    }
