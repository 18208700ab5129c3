"""Why one customer or task is due when it is: one line (HANDBOOK §3)."""

from datetime import date
from typing import Any

from crmcli.commands.shared.records import privacy
from crmcli.context import Context
from crmcli.errors import NotFound
from crmcli.output import words
from crmcli.rules.due import key_date, touch, unanswered, win_back
from crmcli.rules.said import Said, said
from crmcli.rules.terms import ROUNDS, round_column
from crmcli.store.database import Row
from crmcli.store.facts import day_of, facts_of
from crmcli.store.records import Record


def explain_reference(crm: Context, text: str, json: bool, reveal: bool = False) -> int:
    """Print why; NotFound when the reference names nothing."""
    from crmcli.commands.shared.due_items import masked_part

    name, parts = _reason(crm, text)
    mask = privacy(crm, reveal)
    parts = [masked_part(part, mask) for part in parts]
    if json:
        why = words.why_in_english(parts, crm.today)
        crm.screen.json_item("due-why", {"ref": name, "why": why}, masked=mask.did_mask)
    else:
        crm.screen.tell(words.why(parts, crm.today))
    return 0


_NEVER_WHEN_RETIRED = (
    "task",
    "key_date",
    "need",
    "plan_step",
    "promise",
    "survey",
    "review",
    "contract",
    "deal",
    "risk",
    "customer_order",
)


def _reason(crm: Context, text: str) -> tuple[str | None, list[Said]]:
    if text.strip().lower().startswith("crm:"):
        return _reason_of_the_file(crm, text.strip().lower())
    record = crm.record(text)
    row = record.row
    if record.table in _NEVER_WHEN_RETIRED:
        customer = crm.db.row("customer_by_id", id=row["customer_id"])
        if customer is not None and customer["retired_on"]:
            return str(record.reference), [said("retired")]
    if record.table == "task":
        return str(record.reference), _task_reason(crm, row)
    if record.table == "key_date":
        return str(record.reference), _key_date_reason(crm, row)
    if record.table == "need":
        return str(record.reference), _need_reason(crm, record)
    if record.table == "plan_step":
        return str(record.reference), _plan_step_reason(crm, row)
    if record.table == "promise":
        return str(record.reference), _promise_reason(crm, record)
    if record.table == "survey":
        return str(record.reference), _survey_reason(crm, row)
    if record.table == "review":
        return str(record.reference), _review_reason(crm, row)
    if record.table == "contract":
        return _contract_reason(crm, record)
    if record.table == "customer" and record.reference.item in ROUNDS:
        return _round_reason(crm, record)
    if record.table == "customer" and record.reference.item in ("reorder", "churn"):
        return _value_reason(crm, record)
    if record.table == "customer" and record.reference.item == "file-check":
        return str(record.reference), _file_reason(crm, record)
    if record.table == "deal":
        return str(record.reference), _deal_reason(crm, record)
    if record.table == "customer_order":
        return f"o{record.key}:payment", _payment_reason(crm, row)
    if record.table == "customer" and record.reference.item == "visit":
        return str(record.reference), visit_reason(crm, row)
    if record.table == "customer" and record.reference.item == "survey":
        return str(record.reference), _periodic_reason(crm, row)
    if record.table == "risk":
        return str(record.reference), _risk_reason(crm, row)
    if record.table not in ("customer", "interaction"):
        raise NotFound("{text} is nothing that is due; crm due lists what is", text=text)
    if record.table == "interaction" or record.reference.item == "unanswered":
        return _unanswered_reason(crm, record)
    customer = crm.db.row("customer_by_id", id=record.key)
    assert customer is not None
    if is_won_back_now(crm, customer) or record.reference.item == "win-back":
        return f"c{record.key}:win-back", win_back_reason(crm, customer)
    return f"c{record.key}:touch", touch_reason(crm, customer)


def is_won_back_now(crm: Context, customer: Row) -> bool:
    """True when a win-back stands where a touch would."""
    return bool(customer["win_back_on"]) and customer["win_back_on"] <= crm.today.isoformat()


def win_back_reason(crm: Context, customer: Row) -> list[Said]:
    """Why a customer is to be won back."""
    if customer["win_back_on"] is None:
        raise NotFound("c{key} is not to be won back; crm due lists what is due", key=customer["id"])  # fmt: skip
    return list(win_back.item(customer, crm.today).why)


def _unanswered_reason(crm: Context, record: Record) -> tuple[str, list[Said]]:
    key = record.key if record.table == "customer" else record.row["customer_id"]
    customer = crm.db.row("customer_by_id", id=key)
    message = customer["unanswered_id"] if customer else None
    if customer is None or message is None or (record.table == "interaction" and message != record.key):  # fmt: skip
        raise NotFound("{ref} awaits no answer; crm due lists what is due", ref=str(record.reference))  # fmt: skip
    item = unanswered.item(customer, crm.today, crm.settings.policy())
    return item.ref, list(item.why)


def _key_date_reason(crm: Context, row: Row) -> list[Said]:
    if row["next_on"] is None:
        return [said("done on {on}", on=row["done_on"])]
    customer = crm.db.row("customer_by_id", id=row["customer_id"])
    assert customer is not None
    person = crm.db.row("person_row", id=row["person_id"]) if row["person_id"] else None
    if person and person["left_on"]:
        return [said("{person} left on {on}", person=person["name"], on=day_of(person["left_on"]))]
    joined = {f"key_date_{name}": value for name, value in dict(row).items()} | dict(customer)
    joined["key_date_person"] = person["name"] if person else None
    return list(key_date.item(joined, crm.today, crm.book.lunar).why)


def touch_reason(crm: Context, customer: Row) -> list[Said]:
    """Why a customer's touch is due when it is."""
    due_on = day_of(customer["next_touch_on"])
    parts = touch.explain(facts_of(customer), due_on, crm.today, crm.settings.policy())
    if customer["next_touch_on"] and not customer["touch_due_on"]:
        parts.append(said("an open follow-up is listed instead"))
    return parts


def visit_reason(crm: Context, customer: Row) -> list[Said]:
    """Why a customer is to be visited when it is; NotFound when it is not."""
    from crmcli.rules.due import visit

    due_on = visit.visit_on(customer, crm.today)
    if due_on is None:
        raise NotFound(
            "c{key} is not to be visited; crm edit c{key} --set visit_cadence=3m says how often",
            key=customer["id"],
        )
    return visit.explain(facts_of(customer), due_on, crm.today, crm.settings.policy())


def _payment_reason(crm: Context, row: Row) -> list[Said]:
    if row["paid_on"]:
        return [said("paid on {on}", on=row["paid_on"])]
    if row["payment_on"] is None:
        raise NotFound(
            "nobody said by when o{key} is to be paid; crm edit o{key} --set pay_by=DATE does",
            key=row["id"],
        )
    from crmcli.rules.due import order

    return list(order.payment_item(_joined(crm, "customer_order", row), crm.today).why)


def _task_reason(crm: Context, row: Row) -> list[Said]:
    if row["done_on"]:
        return [said("done on {on}", on=row["done_on"])]
    customer = crm.db.row("customer_by_id", id=row["customer_id"])
    if customer is None:
        raise NotFound("its customer is not there")
    from crmcli.rules.due import task

    joined = {f"task_{name}": value for name, value in dict(row).items()} | dict(customer)
    return list(task.item(joined, crm.today, crm.clock.now.strftime("%H:%M")).why)


# --- needs ---


def _joined(crm: Context, table: str, row: Row) -> dict[str, Any]:
    """A record's columns as the due list has them: TABLE_column, beside its customer's."""
    customer = crm.db.row("customer_by_id", id=row["customer_id"])
    assert customer is not None
    return {f"{table}_{name}": value for name, value in dict(row).items()} | dict(customer)


def _need_reason(crm: Context, record: Record) -> list[Said]:
    from crmcli.rules.due import need

    row, item = record.row, record.reference.item
    if item is None:
        from crmcli.commands.shared.need_reasons import why_need

        return why_need(crm, row)
    joined = _joined(crm, "need", row)
    if item in ("plan-confirm", "progress"):
        column = f"{item.replace('-', '_')}_on"
        made = {"plan-confirm": need.plan_confirm_item, "progress": need.progress_item}[item]
        found = made(joined, crm.today) if row[column] else None
    else:
        runs = row[f"{item}_from"] is not None
        found = need.clock_item(item, joined, crm.clock.to_local, crm.clock.now) if runs else None
    if found is None:
        raise NotFound(
            "{ref} does not run; crm show n{key} says how the need stands",
            ref=str(record.reference),
            key=record.key,
        )
    return list(found.why)


def _plan_step_reason(crm: Context, row: Row) -> list[Said]:
    if row["done_on"]:
        return [said("done on {on}", on=row["done_on"])]
    if row["listed_on"] is None:
        return [said("its need is not open")]
    from crmcli.rules.due import need

    return list(need.step_item(_joined(crm, "plan_step", row), crm.today).why)


# --- promises ---


def _promise_reason(crm: Context, record: Record) -> list[Said]:
    from crmcli.rules.due import promise

    row, local, now = record.row, crm.clock.to_local, crm.clock.now
    joined = _joined(crm, "promise", row)
    if record.reference.item == "amends":
        if row["amends_by"] is None:
            raise NotFound(
                "no amends are due for p{key}; crm show p{key} says how it stands", key=record.key
            )
        return list(promise.amends_item(joined, local, now).why)
    if row["kept_on"]:
        return [promise.basis(joined), said("kept on {on}", on=row["kept_on"])]
    if row["broken_on"]:
        return [promise.basis(joined), said("broken on {on}", on=row["broken_on"])]
    return list(promise.item(joined, local, now).why)


# --- deals ---


def _deal_reason(crm: Context, record: Record) -> list[Said]:
    """Of the item asked for; of a whole deal what comes first."""
    from crmcli.rules.due import deal

    row, item = record.row, record.reference.item
    if row["stage"] == "won":
        return [said("won on {on}", on=row["closed_on"])]
    if row["stage"] == "lost":
        return [said("lost on {on}", on=row["closed_on"])]
    days = {"quote": row["quote_from"], "deal": row["due_on"]}
    listed = {name: day for name, day in days.items() if day and item in (None, name)}
    if not listed:
        raise NotFound(
            "{ref} is not due; crm show d{key} says how it stands",
            ref=str(record.reference),
            key=record.key,
        )
    first = min(listed, key=lambda name: listed[name])
    made = {"quote": deal.quote_item, "deal": deal.deal_item}[first]
    return list(made(_joined(crm, "deal", row), crm.today).why)


# --- surveys and articles ---


def _survey_reason(crm: Context, row: Row) -> list[Said]:
    from crmcli.rules.due import survey

    if row["status"] == "answered":
        return [said("answered on {on}", on=row["answered_on"])]
    if row["status"] == "no_answer":
        return [said("no answer; given up on {on}", on=row["answered_on"])]
    if row["listed_on"] is None:
        return [said("its customer is left alone")]
    joined = _joined(crm, "survey", row)
    need = crm.db.row("need_row", id=row["need_id"]) if row["need_id"] else None
    joined["survey_need"] = need["text"] if need else None
    return list(survey.item(joined, crm.today).why)


def _periodic_reason(crm: Context, row: Row) -> list[Said]:
    from crmcli.rules.due import survey

    if row["ask_on"] is None:
        raise NotFound("c{key} is not asked by itself; only core customers are", key=row["id"])
    return list(survey.periodic_item(row, crm.today).why)


def _review_reason(crm: Context, row: Row) -> list[Said]:
    from crmcli.rules.due import survey

    if row["done_on"]:
        return [said("done on {on}", on=row["done_on"])]
    joined = _joined(crm, "review", row)
    return list(survey.review_item(joined, crm.clock.to_local, crm.clock.now).why)


# --- contracts, and what comes round ---


def _contract_reason(crm: Context, record: Record) -> tuple[str, list[Said]]:
    """Why a contract is to be renewed, or its terms reviewed; of the contract itself, its renewal."""
    from crmcli.rules.due import contract

    row, ref = record.row, f"k{record.key}"
    if row["renewed_id"]:
        return ref, [said("renewed by k{key}", key=row["renewed_id"])]
    if row["closed_on"]:
        return ref, [said("closed on {on}", on=row["closed_on"])]
    is_review = record.reference.item == "contract-review"
    if row["review_on" if is_review else "renewal_from"] is None:
        raise NotFound("{ref} is not due; crm show {key} says how it stands", ref=str(record.reference), key=ref)  # fmt: skip
    make = contract.review_item if is_review else contract.renewal_item
    item = make(_joined(crm, "contract", row), crm.today)
    return item.ref, list(item.why)


def _round_reason(crm: Context, record: Record) -> tuple[str, list[Said]]:
    from crmcli.rules.due import rounds

    kind = record.reference.item or ""
    customer = crm.db.row("customer_by_id", id=record.key)
    assert customer is not None
    if customer[round_column(kind)] is None:
        raise NotFound("{ref} does not come round; a value review is for customers, the other rounds are for core ones", ref=str(record.reference))  # fmt: skip
    if kind == "care" and is_won_back_now(crm, customer):
        return f"c{record.key}:win-back", win_back_reason(crm, customer)
    return str(record.reference), list(rounds.item(kind, customer, crm.today).why)


def _value_reason(crm: Context, record: Record) -> tuple[str, list[Said]]:
    """Why a customer's next order is asked for, or why it may leave."""
    customer = crm.db.row("customer_by_id", id=record.key)
    assert customer is not None
    if is_won_back_now(crm, customer):
        return f"c{record.key}:win-back", win_back_reason(crm, customer)
    if record.reference.item == "churn":
        return str(record.reference), _churn_reason(crm, customer)
    if customer["reorder_on"] is None:
        last = customer["last_order_on"]
        if last and customer["reorder_done_for"] == last:
            return str(record.reference), [said("last order {on}", on=last), said("settled until the next order")]  # fmt: skip
        _refuse_history(crm, customer, "reorder")
        raise NotFound("c{key} is not asked for its next order, which takes three orders", key=record.key)  # fmt: skip
    from crmcli.rules.due import reorder

    return str(record.reference), list(reorder.item(customer, crm.today).why)


def _refuse_history(crm: Context, customer: Row, item: str) -> None:
    """NotFound for a customer with a rhythm of orders that an import brought as history (decision 36)."""
    from datetime import date

    from crmcli.rules.silence import is_history
    from crmcli.rules.value.orders import brought_on, rhythm

    orders = crm.db.rows("orders_in_story", customer=customer["id"], limit=-1)
    found = rhythm(date.fromisoformat(one["ordered_on"]) for one in orders)
    if found is None or customer["stage"] == "lost":
        return
    newest = [
        one["imported_on"] for one in orders if one["ordered_on"] == found.last_on.isoformat()
    ]
    imported = brought_on([on and date.fromisoformat(on) for on in newest])
    if is_history(found.quiet_on if item == "churn" else found.next_on, imported):
        raise NotFound("the orders of c{key} were over 30 days old when they were imported; the next order brings it back", key=customer["id"])  # fmt: skip


def _churn_reason(crm: Context, customer: Row) -> list[Said]:
    """The warning that is listed, or will be; of one that was settled what it was."""
    from crmcli.rules.due import churn

    if on := churn.warned_on(customer, crm.today):
        return list(churn.item(customer, on, crm.today).why)
    settled = churn.holding(customer, crm.today, settled=True)
    if not settled:
        _refuse_history(crm, customer, "churn")
        raise NotFound("nothing says that c{key} may leave; crm due lists what is due", key=customer["id"])  # fmt: skip
    done = said("settled on {on}", on=customer["churn_done_on"])
    return [*churn.explain(settled, crm.today), done]


def _file_reason(crm: Context, record: Record) -> list[Said]:
    from crmcli.rules.due import file_check

    customer = crm.db.row("customer_by_id", id=record.key)
    assert customer is not None
    if customer["file_check_on"] is None:
        raise NotFound("{ref} does not come round; crm config set quality.file_check on asks for records that nobody touched", ref=str(record.reference))  # fmt: skip
    return list(file_check.item(customer, crm.today).why)


# --- risks ---


def _risk_reason(crm: Context, row: Row) -> list[Said]:
    from crmcli.rules.due import risk

    if row["closed_on"]:
        return [said("closed on {on}", on=day_of(row["closed_on"]))]
    if row["due_at"] is None:
        return [said("no touch is due at which it would be")]
    return list(risk.item(_joined(crm, "risk", row), crm.clock.to_local, crm.clock.now).why)


def _tier_review_reason(crm: Context) -> list[Said]:
    from crmcli.rules.due import tier_review
    from crmcli.store.tier_due import due_quarter

    found = due_quarter(crm.db, crm.today, date.max, crm.clock.zone)
    if found is None:
        raise NotFound("nobody has ordered anything yet, so that there are no tiers to review")
    return list(tier_review.item(*found, crm.today).why)


def _reason_of_the_file(crm: Context, ref: str) -> tuple[str, list[Said]]:
    """Why something is due that belongs to no customer."""
    from crmcli.rules.due import archive, article, tier_review

    if ref == archive.REF:
        return ref, _archive_reason(crm)
    if ref == tier_review.REF:
        return ref, _tier_review_reason(crm)
    first = None
    if ref == article.REF:
        # Those that are due; where none is, those that will be next.
        first = crm.db.row("first_article_review", until=crm.today.isoformat())
        if first is None or first["on"] is None:
            coming = crm.db.row("first_article_review", until="9999-12-31")
            first = crm.db.row("first_article_review", until=coming["on"] if coming else None)
    if first is None or first["on"] is None:
        raise NotFound("{text} is nothing that is due; crm due lists what is", text=ref)
    on = day_of(first["on"])
    assert on is not None
    return ref, list(article.item(on, first["n"], crm.today).why)


def _archive_reason(crm: Context) -> list[Said]:
    """Of the quarter that waits, else of the running one."""
    from crmcli.rules.due import archive
    from crmcli.store import archive_due
    from crmcli.store.due import within

    over = archive.quarter_before(crm.today)
    waits = archive_due.is_due(crm.db, within(over, crm.clock.zone))
    quarter = over if waits else over.following
    on = archive.due_on(quarter, archive_due.begun_on(crm.db, crm.clock.zone))
    return list(archive.item(quarter, on, crm.today).why)
