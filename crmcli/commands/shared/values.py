"""From what people type to what is stored: every field of every record, by its JSON name."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from crmcli.context import Context
from crmcli.errors import BadValue, Listed, near
from crmcli.rules import key_dates, terms
from crmcli.rules.dates import When, read_when
from crmcli.rules.span import Span

TABLE_FIELDS: dict[str, dict[str, str]] = {
    "customer": {
        "name": "name", "short_name": "text", "kind": "kind", "stage": "stage", "tier": "tier", "industry": "text",
        "size": "text", "city": "text", "address": "text", "uscc": "uscc", "source": "text", "since": "day",
        "prefer": "channel", "note": "text", "referred_by": "customer", "cadence": "span", "visit_cadence": "span",
        "do_not_contact": "flag", "priority": "flag", "loss_reason": "loss_reason", "external_id": "text",
        "credit_grade": "text", "credit_on": "past_day", "blacklisted": "flag",
        "verified_on": "past_day", "verified_by": "text",
        "consent": "consent", "consent_on": "past_day", "consent_source": "text", "consent_scope": "text",
    },
    "person": {
        "name": "name", "title": "text", "roles": "roles", "key_person": "flag", "concern": "text",
        "preferences": "text", "note": "text", "left_on": "day", "priority": "flag", "external_id": "text",
        "verified_on": "past_day", "verified_by": "text",
        "consent": "consent", "consent_on": "past_day", "consent_source": "text", "consent_scope": "text",
    },
    "task": {
        "text": "name", "owner": "text", "due_on": "day", "due_time": "time", "result": "text", "priority": "flag",
        "external_id": "text",
    },
    "interaction": {
        "summary": "text", "channel": "channel", "direction": "direction", "minutes": "whole", "no_answer": "flag",
        "feedback": "text", "agreed": "text", "intent": "intent", "promised_on": "day", "care": "flag",
        "cost": "money", "signed": "flag", "excerpt": "text", "external_id": "text",
    },
    "need": {
        "text": "name", "kind": "need_kind", "urgency": "urgency", "strength": "strength", "value": "five", "fit": "five",
        "cost": "five", "owner": "text", "tech_owner": "text", "category": "text", "wish": "text", "needed_by": "day",
        "budget": "money", "workaround": "text", "criterion": "text", "solution": "text", "result": "text",
        "decline_reason": "text", "scheduled_for": "text", "scheduled_on": "day", "priority": "flag", "external_id": "text",
    },
    "plan_step": {
        "text": "name", "owner": "text", "delay_reason": "text", "result": "text", "external_id": "text",
    },
    "promise": {
        "text": "name", "by": "promise_by", "level": "promise_level", "owner": "text", "delay_reason": "text",
        "impact": "text", "result": "text", "break_reason": "text", "amends": "text", "amends_result": "text",
        "priority": "flag", "external_id": "text",
    },
    "survey": {
        "overall": "five", "solved": "five", "speed": "five", "attitude": "five", "product": "five", "response": "five",
        "support": "five", "nps": "ten", "good": "text", "bad": "text", "comment": "text", "pain": "text",
        "future": "text", "by": "text", "external_id": "text",
    },
    "review": {"cause": "cause", "action": "text"},
    "article": {
        "title": "name", "text": "text", "category": "text", "external_id": "text",
    },
    "customer_order": {
        "ordered_on": "past_day", "amount": "money", "currency": "currency", "note": "text", "pay_by": "day", "paid_on": "past_day",
        "external_id": "text",
    },
    "risk": {
        "text": "name", "level": "risk_level", "kind": "text", "owner": "text", "result": "text", "external_id": "text",
    },
    "attachment": {"name": "name", "note": "text"},
    "deal": {
        "text": "name", "stage": "deal_stage", "amount": "money", "currency": "currency", "probability": "percent",
        "quoted_on": "past_day", "valid_until": "day", "close_on": "day", "closed_on": "past_day",
        "loss_reason": "lost_deal", "owner": "text", "note": "text", "priority": "flag", "external_id": "text",
    },
    "contract": {
        "text": "name", "amount": "money", "currency": "currency", "starts_on": "named_day", "ends_on": "named_day",
        "terms": "text", "owner": "text", "note": "text", "close_reason": "text", "external_id": "text",
    },
    "key_date": {
        "kind": "key_date", "day": "day_of_year", "note": "text", "lead_days": "whole", "external_id": "text",
    },
}  # fmt: skip
"""The column of each record that people may set, and how its value is read."""

_REQUIRED = {
    "name", "kind", "stage", "channel", "direction", "key_date", "day_of_year", "promise_by", "promise_level", "deal_stage",
    "named_day", "risk_level",
}  # fmt: skip
_YES = {"1", "true", "yes", "y", "on", "是", "有"}
_NO = {"0", "false", "no", "n", "off", "否", "无", ""}


def clean(text: str) -> str:
    """`text` without surrounding space and NULs; BadValue when it is not valid Unicode."""
    if not text.isprintable() and any("\ud800" <= character <= "\udfff" for character in text):
        raise BadValue(
            "{text} is not valid text; retype it, or check the terminal's encoding",
            text=ascii(text),
        )
    return text.replace("\x00", "").strip()


class Values:
    """Reads values with the tiers, the calendar and today of one run."""

    def __init__(self, crm: Context) -> None:
        self._crm = crm
        self._readers: dict[str, Callable[[str], Any]] = {
            "text": lambda text: text,
            "name": lambda text: text,
            "kind": terms.KIND.read,
            "stage": terms.STAGE.read,
            "tier": self.tier,
            "channel": terms.CHANNEL.read,
            "direction": terms.DIRECTION.read,
            "intent": terms.INTENT.read,
            "loss_reason": terms.read_loss_reason,
            "consent": terms.read_consent,
            "past_day": lambda text: self.past_day(text).isoformat(),
            "money": self.money,
            "currency": self.currency,
            "risk_level": risk_level,
            "deal_stage": terms.DEAL_STAGE.read,
            "lost_deal": terms.read_lost_deal,
            "percent": percent,
            "key_date": key_dates.read_kind,
            "need_kind": terms.NEED_KIND.read,
            "urgency": terms.URGENCY.read,
            "strength": terms.STRENGTH.read,
            "promise_by": terms.PROMISE_BY.read,
            "promise_level": terms.PROMISE_LEVEL.read,
            "cause": terms.CAUSE.read,
            "five": five,
            "ten": ten,
            "day_of_year": key_dates.read_day,
            "uscc": self.uscc,
            "day": lambda text: self.day(text).isoformat(),
            "named_day": lambda text: self.day(text).isoformat(),
            "time": self.time_of_day,
            "span": lambda text: str(Span.read(text)),
            "flag": flag,
            "whole": whole,
            "roles": roles,
            "customer": self.customer,
        }

    @property
    def today(self) -> str:
        """The local day, as it is stored."""
        return self._crm.today.isoformat()

    def field(self, table: str, name: str, text: str) -> Any:
        """The stored value of one field; None for an empty text; BadValue names the field and what works."""
        kind = TABLE_FIELDS[table][name]
        cleaned = clean(text)
        if not cleaned and kind not in ("flag",):
            if kind in _REQUIRED:
                raise BadValue("the {field} is empty; write one", field=name.replace("_", " "))
            return None
        if kind in ("five", "ten"):
            return scored(name, self._readers[kind], cleaned)
        return self._readers[kind](cleaned)

    def fields(self, table: str, given: dict[str, str | None]) -> dict[str, Any]:
        """The stored values of those fields that were given at all."""
        return {
            name: self.field(table, name, text) for name, text in given.items() if text is not None
        }

    def tier(self, text: str) -> str:
        """A tier of this file's settings."""
        return self._crm.settings.tier_words().read(text)

    def when(self, text: str, *, past: bool = False) -> When:
        """A date in any of the forms of CLI.md."""
        return read_when(clean(text), self._crm.today, self._crm.calendar, past=past)

    def day(self, text: str) -> date:
        """The same without its time of day."""
        return self.when(text).day

    def past_day(self, text: str) -> date:
        """A day that has come; one without a year is the last such one. BadValue when it is in the future."""
        day = self.when(text, past=True).day
        if day > self._crm.today:
            raise BadValue("{text!r} is in the future; name a day that has come", text=text)
        return day

    def moment(self, text: str | None) -> datetime:
        """When a contact happened, as local time: now when not said, BadValue when in the future.

        A day without a time is noon of it, so that it keeps its day in every zone; today without a time is now.
        """
        now = self._crm.clock.now.replace(tzinfo=None, microsecond=0)
        if text is None:
            return now
        with_offset = _with_offset(text)
        if with_offset:
            moment = with_offset.astimezone(self._crm.clock.zone).replace(tzinfo=None)
        else:
            said = self.when(text, past=True)
            if said.day == now.date() and said.time is None:
                return now
            moment = datetime.combine(said.day, said.time or time(12))
        if moment > now:
            raise BadValue("{text!r} is in the future; name a time that has passed", text=text)
        return moment

    def money(self, text: str, currency: str | None = None) -> int:
        """An amount in minor units of `currency` (a code; none is the base one with cents), written in major ones."""
        from crmcli.rules.money import currency_of, read_amount

        given = currency or self.currency(None)
        currency_of(text, given, given)
        return read_amount(text, currency)

    def priced(
        self, text: str, given: str | None = None, base: str | None = None
    ) -> tuple[int, str]:
        """An amount in minor units and its currency: the one that is given, or that it is written with, else the base one.

        BadValue when these contradict each other.
        """
        from crmcli.rules.money import currency_of, read_amount

        usual = base or self.currency(None)
        code = currency_of(text, given, usual) or given or usual
        return read_amount(text, code), code

    def currency(self, text: str | None) -> str:
        """A currency's code; the base currency when none is said."""
        from crmcli.rules.money import read_currency

        return read_currency(text) if text else self._crm.settings.get("currency")

    def time_of_day(self, text: str) -> str:
        """A local time of day, HH:MM."""
        said = self.when(text)
        if said.time is None:
            raise BadValue("{text!r} is not a time of day; write it like 15:00", text=text)
        return said.time.strftime("%H:%M")

    def customer(self, text: str) -> int:
        """The key of a customer by reference or name."""
        key: int = self._crm.customer(text)["id"]
        return key

    def uscc(self, text: str) -> str:
        """A unified social credit code in its normal form; an odd one is kept as text, and said."""
        from crmcli.locale import _
        from crmcli.rules.identity import uscc_is_valid, uscc_key

        if not uscc_is_valid(text):
            self._crm.screen.note(
                _("The credit code {code} fails its check digit; kept as it is.").format(code=text)
            )
        return uscc_key(text) or text

    def custom(self, name: str, text: str) -> str | None:
        """The canonical text of a custom field's value; BadValue when the field is not declared."""
        declared = self._crm.settings.fields()
        kind = declared.get(name)
        if kind is None:
            if likely := near(name, declared):
                raise BadValue(
                    "field {name!r} is not declared; did you mean {near}?", name=name, near=likely
                )
            raise BadValue(
                "field {name!r} is not declared; declare it with: crm config set fields.{name} text",
                name=name,
            )
        cleaned = clean(text)
        return custom_value(name, kind, cleaned, lambda: self.day(cleaned)) if cleaned else None

    def tags(self, texts: list[str]) -> list[str]:
        """Tags, each once, checked against `tags.allowed`."""
        found = [tag for text in texts for tag in split_list(clean(text))]
        allowed = [tag for tag in self._crm.settings.get("tags.allowed").split(",") if tag]
        for tag in found:
            if allowed and tag not in allowed:
                if likely := near(tag, allowed):
                    raise BadValue(
                        "tag {tag!r} is not allowed; did you mean {near}?", tag=tag, near=likely
                    )
                raise BadValue(
                    "tag {tag!r} is not allowed; choose one of {known}",
                    tag=tag,
                    known=Listed(allowed),
                )
            self._say_rule(tag)
        return list(dict.fromkeys(found))

    def _say_rule(self, tag: str) -> None:
        """A tag by hand that is called like one by rule stays one's own, but may be taken for it."""
        from crmcli.locale import _
        from crmcli.rules.value import auto_tags

        if rule := auto_tags.meant(tag):
            self._crm.screen.note(
                _("The tag {tag} is yours; there is one by rule, too ({rule}), and --tag finds both.").format(tag=tag, rule=rule)
            )  # fmt: skip


def say_if_past(crm: Context, ref: str, when: When | None) -> None:
    """What is late from the start is taken, for that is how it is caught up with, but not unnoticed: it may be a slip."""
    if when is None:
        return
    now = crm.clock.now.replace(second=0, microsecond=0)
    if (when.day, when.time or time.max) < (now.date(), now.time()):
        from crmcli.locale import _

        crm.screen.note(_("{ref} is overdue already: its date has passed.").format(ref=ref))


def custom_value(name: str, kind: str, text: str, day: Callable[[], date]) -> str:
    """A value of a custom field in its canonical text, by the field's type."""
    base, _, choices = kind.partition(":")
    if base == "number":
        from decimal import Decimal, InvalidOperation

        try:
            number = Decimal(text.replace(",", ""))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise BadValue("field {name}: {text!r} is not a number", name=name, text=text)
        return f"{number.normalize():f}"
    if base == "date":
        return day().isoformat()
    if base == "choice" and text not in choices.split(","):
        if likely := near(text, choices.split(",")):
            raise BadValue(
                "field {name}: {text!r} is unknown; did you mean {near}?",
                name=name,
                text=text,
                near=likely,
            )
        raise BadValue(
            "field {name}: {text!r} is unknown; choose one of {known}",
            name=name,
            text=text,
            known=choices,
        )
    return text


def split_list(text: str) -> list[str]:
    """The parts of a list typed as one text, split at ; , 、 and their wide forms."""
    for mark in "；，、,":
        text = text.replace(mark, ";")
    return [part.strip() for part in text.split(";") if part.strip()]


def flag(text: str) -> int:
    """1 for yes, 0 for no."""
    word = text.casefold()
    if word in _YES:
        return 1
    if word in _NO:
        return 0
    raise BadValue("{text!r} is neither yes nor no", text=text)


def whole(text: str) -> int:
    """A whole number."""
    if not text.isdecimal() or len(text) > 9:
        raise BadValue("{text!r} is not a whole number", text=text)
    return int(text)


def percent(text: str) -> int:
    """A probability as whole percent: `60`, `60%`."""
    number = text.removesuffix("%").removesuffix("％").rstrip()
    if not (number.isdecimal() and len(number) < 4 and int(number) <= 100):
        raise BadValue(
            "{text!r} is no probability; write whole percent from 0 to 100, like 60", text=text
        )
    return int(number)


def risk_level(text: str) -> int:
    """How bad a risk is, from 1, the worst, to 3."""
    if text not in ("1", "2", "3"):
        raise BadValue("{text!r} is no level of a risk; write 1, the worst, 2 or 3", text=text)
    return int(text)


def five(text: str) -> int:
    """A score from 1 to 5."""
    return _score(text, 1, 5)


def ten(text: str) -> int:
    """A score from 0 to 10."""
    return _score(text, 0, 10)


def scored(name: str, read: Callable[[str], int], text: str) -> int:
    """A score, refused under its own name."""
    try:
        return read(text)
    except BadValue as error:
        raise BadValue("{field}: {problem}", field=name.replace("_", " "), problem=error) from None


def _score(text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and least <= int(text) <= most):
        raise BadValue(
            "{text!r} is no score; write a whole number from {least} to {most}",
            text=text,
            least=least,
            most=most,
        )
    return int(text)


def roles(text: str) -> str:
    """Roles in the decision chain, comma-separated."""
    return ",".join(dict.fromkeys(terms.ROLE.read(part) for part in split_list(text)))


def _with_offset(text: str) -> datetime | None:
    """An ISO time that says its own offset, as exports write it."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else None
