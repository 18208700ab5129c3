"""The filters of CLI.md as frozen predicates: the same wherever a set of customers is meant."""

import math
import re
from collections.abc import Mapping
from typing import Any

from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.errors import BadValue, Listed, NotFound, near
from crmcli.locale import _
from crmcli.rules import terms
from crmcli.rules.value import auto_tags
from crmcli.rules.writings import writings
from crmcli.store import frozen
from crmcli.store.database import Predicate, as_list, predicate

_CONDITION = r"\s*([\w.]+)\s*(!=|<=|>=|=|<|>|~|\bhas\b)\s*(.*?)\s*"
_READ_AS = {
    "stage": "stage", "tier": "tier", "kind": "kind", "intent": "intent", "prefer": "channel",
    "since": "day", "last_contact_on": "day", "last_contact_at": "day", "next_touch_on": "day",
    "snoozed_until": "day", "promised_on": "day", "retired_on": "day", "added_on": "day", "created_at": "day",
    "do_not_contact": "flag", "priority": "flag", "open_needs": "whole", "consent": "consent", "consent_on": "day",
    "credit_on": "day", "blacklisted": "flag", "last_order_on": "day", "reorder_on": "day",
    "orders": "whole", "lifetime_value": "money", "yearly_spend": "money", "average_order": "money",
}  # fmt: skip
_WORTH = ("lifetime_value", "yearly_spend", "average_order")
"""Amounts, in the base currency."""

_DAY_OF = {"created_at": "added_on", "last_contact_at": "last_contact_on"}
"""Instants that a condition means the local day of."""

_SORTED_AS = {
    "name": "name_key",  # without regard to case and width, and by index
    "last_contact_on": "last_contact_at",  # the same order, and by index
    "ref": "ref_number",  # c9 before c10
    "referred_by": "referred_by_number",
}
_ALIKE = {"=", "!=", "~", "has"}
"""The operators by which a text in another script is the same (docs/decisions/0041)."""
_INTERNAL = {"field", "number_field", "name_key", "ref_number", "referred_by_number"}


class Filters:
    """Builds the predicates of one command line."""

    def __init__(self, crm: Context, within: tuple[str, ...] = ()) -> None:
        self._crm = crm
        self._values = Values(crm)
        self._within = within  # the segments, as they are folded, whose filters these are

    def build(
        self,
        tier: list[str] | None = None,
        stage: list[str] | None = None,
        lifecycle: list[str] | None = None,
        tag: list[str] | None = None,
        industry: list[str] | None = None,
        city: list[str] | None = None,
        intent: list[str] | None = None,
        where: list[str] | None = None,
        segment: list[str] | None = None,
    ) -> list[Predicate]:
        """Each option given is one predicate, any of its values will do; tags, conditions and segments must all hold."""
        found: list[Predicate] = []
        found += _any_of("tier", [self._values.tier(word) for word in tier or []])
        found += _any_of("stage", [terms.STAGE.read(word) for word in stage or []])
        if lifecycle:
            words = [terms.LIFECYCLE.read(word) for word in lifecycle]
            text, values = predicate("lifecycle", lifecycle=words)
            found.append((text, {**values, **self._today()}))
        if tag and not self._within:
            self._say_unknown_tags(tag)
        found += [self._tag(word, number) for number, word in enumerate(tag or [])]
        found += _any_of("industry", _in_any_writing(industry))
        found += _any_of("city", _in_any_writing(city))
        found += _any_of("intent", [terms.INTENT.read(word) for word in intent or []])
        found += [self._condition(text, number) for number, text in enumerate(where or [])]
        for name in segment or []:
            found += self._segment(name)
        return found

    def _tag(self, word: str, number: int) -> Predicate:
        """Who has the tag: by hand, or by rule where there is such a one."""
        text, values = predicate("tag", tag=writings(word))
        text, bound = text.replace(":tag", f":tag{number}"), {f"tag{number}": values["tag"]}
        if rule := auto_tags.meant(word):
            by_rule, _nothing = predicate(f"auto_{rule}")
            return f"({text} OR {by_rule})", {**bound, **self._today()}
        return text, bound

    def _segment(self, name: str) -> list[Predicate]:
        """The filters of a segment as they now are; BadValue when something it names is no longer there."""
        from crmcli.store import segments

        kept = segments.find(self._crm.db, name)
        within = (*self._within, segments.folded(kept.name))
        if within[-1] in self._within:
            raise BadValue("the segment {name!r} is made of itself; save it without --segment", name=kept.name)  # fmt: skip
        try:
            found = Filters(self._crm, within).build(**{option: list(values) for option, values in kept.filters.items()})  # fmt: skip
        except (BadValue, NotFound) as problem:
            raise BadValue("the segment {name!r} can no longer be used, save it again: {problem}", name=kept.name, problem=problem) from None  # fmt: skip
        return [_apart(one, f"s{kept.key}_") for one in found]

    def _say_unknown_tags(self, tags: list[str]) -> None:
        """A tag that nobody has is no error, but may be a slip."""
        crm = self._crm
        asked = as_list(_in_any_writing(tags))
        used = {row["name"] for row in crm.db.rows("tags_in_use_of", tag=asked)}
        for word in tags if crm.db.exists else ():
            if not used.isdisjoint(writings(word)) or auto_tags.meant(word):
                continue
            allowed = crm.settings.get("tags.allowed").split(",")
            known = [*(row["name"] for row in crm.db.rows("tags_in_use")), *allowed]
            likely = near(word, [tag for tag in known if tag and tag != word])
            said = (
                _("No customer has the tag {tag!r}; did you mean {near}?")
                if likely
                else _("No customer has the tag {tag!r}.")
            )
            crm.screen.note(said.format(tag=word, near=likely))

    def order(self, sort: str | None) -> tuple[list[str], dict[str, Any]]:
        """`ORDER BY` terms for `--sort field` or `--sort -field`, with what they bind; the reference breaks ties."""
        if not sort:
            return ["customer.id"], {}
        name = _in_english(sort.removeprefix("-"))
        column, values = self._field(name, "sort")
        column = frozen.FIELDS[_SORTED_AS[name]] if name in _SORTED_AS else column
        return [f"{column}{' DESC' if sort.startswith('-') else ''}", "customer.id"], values

    def _today(self) -> dict[str, Any]:
        return {
            "today": self._crm.today.isoformat(),
            "new_for": str(self._crm.settings.policy().new_for),
        }

    def _worth(self) -> dict[str, Any]:
        """What orders are counted by: the year up to today, and what each currency is worth."""
        from crmcli.rules.money import decimals
        from crmcli.rules.year.spending import counted_after

        policy = self._crm.settings.policy()
        rates = [
            (code, rate * 10 ** decimals(policy.currency) / 10 ** decimals(code))
            for code, rate in policy.rates.items()
        ]
        known = [[policy.currency, 1, 1], *([code, *rate.as_integer_ratio()] for code, rate in rates)]  # fmt: skip
        return {
            "rates": as_list(known),
            "year_before": counted_after(self._crm.today).isoformat(),
            "today": self._crm.today.isoformat(),
        }

    def _condition(self, text: str, number: int) -> Predicate:
        match = re.fullmatch(_CONDITION, text, re.DOTALL)
        if not match:
            raise BadValue(
                "--where {text!r} is no condition; write it like: city = 上海, last_contact_on < -30d, tags has vip",
                text=text,
            )
        name, operator, value = match.groups()
        name = _in_english(name)
        column, bound = self._field(_DAY_OF.get(name, name), f"w{number}")
        template = frozen.OPERATORS[operator]
        read = self._value(name, operator, _unquoted(value))
        # What comes before or after a text is asked of that text alone.
        ways = writings(read) if isinstance(read, str) and operator in _ALIKE else [read]
        slots = [f"w{number}_{place}" if place else f"w{number}" for place in range(len(ways))]
        bound.update(zip(slots, ways, strict=True))
        found = [template.format(field=column, value=f":{slot}") for slot in slots]
        if len(found) == 1:
            return found[0], bound
        return f"({(' AND ' if operator == '!=' else ' OR ').join(found)})", bound

    def _field(self, name: str, slot: str) -> tuple[str, dict[str, Any]]:
        """The text of a field and what it binds, under names of its own so that conditions do not collide."""
        if name.startswith(("field.", "fields.")):
            custom = name.partition(".")[2]
            declared = self._crm.settings.fields()
            if custom not in declared:
                if likely := near(custom, declared):
                    raise BadValue(
                        "field {name!r} is not declared; did you mean {near}?",
                        name=custom,
                        near=likely,
                    )
                raise BadValue(
                    "field {name!r} is not declared; crm config list shows those that are",
                    name=custom,
                )
            kind = "number_field" if declared[custom] == "number" else "field"
            return frozen.FIELDS[kind].replace(":field", f":{slot}_field"), {
                f"{slot}_field": custom
            }
        if name not in frozen.FIELDS or name in _INTERNAL:
            declared_too = [f"field.{one}" for one in self._crm.settings.fields()]
            if likely := near(name, [*_known(), *declared_too]):
                raise BadValue(
                    "field {name!r} is unknown; did you mean {near}?", name=name, near=likely
                )
            raise BadValue(
                "field {name!r} is unknown; choose one of {known}",
                name=name,
                known=Listed(_known()),
            )
        values = self._today() if name in ("lifecycle", "auto_tags") else {}
        return frozen.FIELDS[name], self._worth() if name in _WORTH else values

    def _value(self, name: str, operator: str, text: str) -> Any:
        custom = self._crm.settings.fields().get(name.partition(".")[2], "")
        if not text or operator == "~" or (operator == "has" and name != "auto_tags"):
            return text
        if custom == "number":
            return _number(text)
        if custom == "date":
            return self._values.day(text).isoformat()
        if name == "lifecycle":
            return terms.LIFECYCLE.read(text)
        if name == "auto_tags":
            return auto_tags.read(text)
        kind = _READ_AS.get(name)
        if kind is None:
            return text
        read = self._values._readers[kind](text)
        return "" if read is None else read


_SHARED = ("today", "new_for", "rates", "year_before")
"""What is bound alike wherever it stands."""


def _apart(one: Predicate, prefix: str) -> Predicate:
    """The same with parameters of its own, so that a segment's do not collide with others."""
    text, values = one
    own = [name for name in values if name not in _SHARED]
    if not own:
        return one
    names = "|".join(map(re.escape, own))
    renamed: Mapping[str, Any] = {name if name in _SHARED else prefix + name: value for name, value in values.items()}  # fmt: skip
    return re.sub(rf":({names})\b", rf":{prefix}\1", text), renamed


def _in_any_writing(words: list[str] | None) -> list[str]:
    """What is asked for, in simplified and in traditional characters."""
    return [way for word in words or [] for way in writings(word)]


def _any_of(name: str, values: list[str]) -> list[Predicate]:
    if not values:
        return []
    if len(values) == 1:
        return [predicate(f"{name}_is", **{f"one_{name}": values[0]})]
    return [predicate(name, **{name: values})]


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadValue("{text!r} is not a number", text=text)
    return number


def _in_english(name: str) -> str:
    """The name of a field, which may be its Chinese title; that is seldom, and looked up only then."""
    if name.isascii():
        return name
    from crmcli.rules.field_titles import field_called

    return field_called(name)


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text


def _known() -> list[str]:
    return sorted(set(frozen.FIELDS) - _INTERNAL)
