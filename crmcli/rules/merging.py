"""What becomes of two records that are one (CLI.md, merge-customers): the one's own values win, the other's fill its gaps."""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from crmcli.rules import consent

Values = Mapping[str, Any]

_OWN = {
    "id", "kind", "name", "name_key", "short_key", "stage", "retired_on", "first_touch_on", "deleted_at", "customer_id", "left_on",
    "successor_id", "verified_on", "verified_by", *consent.COLUMNS,
}  # fmt: skip
"""What a record keeps as it is, even where it is empty: nobody is out of use, or verified, because another one is."""

_EITHER = ("do_not_contact", "priority", "key_person", "blacklisted")
"""Marks that hold when either has them."""

_EARLIER = ("since", "added_on", "created_at", "churn_done_on")
_LATER = (
    "win_back_done_for", "value_review_done_on", "business_review_done_on", "solution_review_done_on", "care_done_on",
    "value_review_snoozed_until", "business_review_snoozed_until", "solution_review_snoozed_until", "care_snoozed_until",
    "reorder_done_for", "reorder_snoozed_until", "churn_snoozed_until", "file_checked_on", "file_check_snoozed_until",
)  # fmt: skip
_PROSE = ("note", "concern", "preferences")
"""What is written of both stands one below the other."""

_PROMISE = ("agreed_on", "agreed_at")
_SNOOZE = ("snooze_until", "snooze_at", "snooze_after")
_VISIT_SNOOZE = ("visit_snooze_until", "visit_snooze_after")
_CREDIT = ("credit_grade", "credit_on")
"""Columns that say one thing together, and are taken together."""

_SETTLED = "unanswered_done_id"
_MOBILE_LENGTH = 11
_TOLD = (
    "name",
    "kind",
    "stage",
    "tier",
    "city",
    "uscc",
    "external_id",
    "cadence",
    "retired_on",
    "credit_grade",
)
"""Fields that are told when the two differ and only one is kept."""


class MergedCustomer(NamedTuple):
    """The columns that change of the customer kept, and what differed and was not taken: field, kept, dropped."""

    values: dict[str, Any]
    differing: list[tuple[str, Any, Any]]


def merged_customer(
    keep: Values, drop: Values, columns: Iterable[str], open_silences: Collection[int] = ()
) -> MergedCustomer:
    """What of `keep` changes in its own `columns` when `drop` is merged into it; both with their derived columns.

    Empty columns are filled; the earlier `since` holds, of the snoozes in force the longer one, the promised date that
    was given last, do-not-contact and priority when either has them. Nobody is referred by itself. `open_silences` are
    messages that still await an answer, and go on doing so.
    """
    values = _united(keep, drop, columns)
    for group in (_PROMISE, _SNOOZE, _VISIT_SNOOZE, _CREDIT):
        for name in group:
            values.pop(name, None)
    values |= _promised(keep, drop) | _snoozed(keep, drop) | _visit_snoozed(keep, drop)
    values |= _credited(keep, drop) | consent.united(keep, drop)
    settled = [row[_SETTLED] for row in (keep, drop) if row[_SETTLED] is not None]
    if settled:
        values[_SETTLED] = min([max(settled), *(key - 1 for key in open_silences)])
    referrers = (row["referred_by"] for row in (keep, drop))
    themselves = (None, keep["id"], drop["id"])
    values["referred_by"] = next((one for one in referrers if one not in themselves), None)
    if keep["stage"] != "lost":
        values.pop("loss_reason", None)
    changed = _changed(keep, values)
    now = {**keep, **changed}
    differing = [
        (name, now[name], drop[name])
        for name in _TOLD
        if now[name] is not None and drop[name] not in (None, now[name])
    ]
    return MergedCustomer(changed, differing)


def merged_person(keep: Values, drop: Values, columns: Iterable[str]) -> dict[str, Any]:
    """What of the person `keep` changes in its own `columns` when `drop` turns out to be the same one."""
    values = _united(keep, drop, columns)
    roles = [role for row in (keep, drop) for role in (row["roles"] or "").split(",") if role]
    values["roles"] = ",".join(dict.fromkeys(roles)) or None
    values |= consent.united(keep, drop)
    return _changed(keep, values)


def joined(one: str | None, other: str | None) -> str | None:
    """Two texts one below the other; one that the other holds already is not said twice."""
    if not one or not other:
        return one or other
    return one if other in one else other if one in other else f"{one}\n\n{other}"


def _united(keep: Values, drop: Values, columns: Iterable[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in columns:
        one, other = keep[name], drop[name]
        if name in _OWN or other is None:
            continue
        if name in _EITHER:
            values[name] = max(one, other)
        elif name in _PROSE:
            values[name] = joined(one, other)
        elif one is None:
            values[name] = other
        elif name in _EARLIER:
            values[name] = min(one, other)
        elif name in _LATER:
            values[name] = max(one, other)
    return values


def _changed(keep: Values, values: Values) -> dict[str, Any]:
    return {name: value for name, value in values.items() if keep[name] != value}


def _promised(keep: Values, drop: Values) -> dict[str, Any]:
    """The promised date that an import brought last."""
    given = [row for row in (keep, drop) if row["agreed_on"]]
    if not given:
        return {}
    last = max(given, key=lambda row: row["agreed_at"] or "")
    return {name: last[name] for name in _PROMISE}


def _snoozed(keep: Values, drop: Values) -> dict[str, Any]:
    """The longer of the snoozes that no contact has ended."""
    holding = [row for row in (keep, drop) if row["snoozed_until"]]
    if not holding:
        return {}
    longest = max(holding, key=lambda row: row["snooze_until"] or "")
    return {name: longest[name] for name in _SNOOZE}


def _visit_snoozed(keep: Values, drop: Values) -> dict[str, Any]:
    """The longer of the snoozes that no visit has ended; a visit to the other one before ends neither."""
    visited = [row["last_visit_on"] or "" for row in (keep, drop)]
    pairs = zip((keep, drop), visited, strict=True)
    holding = [row for row, on in pairs if row["visit_snooze_until"] and on <= (row["visit_snooze_after"] or "")]  # fmt: skip
    if not holding:
        return {}
    until = max(row["visit_snooze_until"] for row in holding)
    return dict(zip(_VISIT_SNOOZE, (until, max(visited)), strict=True))


def _credited(keep: Values, drop: Values) -> dict[str, Any]:
    """The credit of the one kept; where nobody graded it, the other's."""
    graded = keep if keep["credit_grade"] else drop
    return {name: graded[name] for name in _CREDIT}


# --- people ---


def fitting_people(
    here: Sequence[Values], there: Sequence[Values], phones: Mapping[int, Collection[str]]
) -> dict[int, int]:
    """Who of `there` is somebody of `here`, key by key: of the same name, and with no phone that contradicts it.

    Phones contradict each other when both have mobiles, or both have other numbers, and share none. Of several who fit, the one with a phone in
    common; when that does not decide, nobody is taken for another.
    """
    called: dict[str, list[int]] = defaultdict(list)
    for one in here:
        called[_name(one)].append(one["id"])
    same: dict[int, int] = {}
    for other in there:
        theirs = set(phones.get(other["id"], ()))
        free = [key for key in called.get(_name(other), ()) if key not in same.values()]
        sharing = [key for key in free if theirs & set(phones.get(key, ()))]
        fitting = sharing or [key for key in free if not _sorts(theirs) & _sorts(phones.get(key, ()))]  # fmt: skip
        if len(fitting) == 1:
            same[other["id"]] = fitting[0]
    return same


def _sorts(phones: Collection[str]) -> set[bool]:
    """Which sorts of numbers these are: mobiles or others."""
    return {len(key) == _MOBILE_LENGTH and key.startswith("1") for key in phones}


def _name(person: Values) -> str:
    """A person's name without case, width, spaces and signs; of nobody else when there is nothing in it."""
    folded = unicodedata.normalize("NFKC", person["name"]).casefold()
    return "".join(filter(str.isalnum, folded)) or f"\0{person['id']}"
