"""Fixed statements by name, and those that every table has."""

from sqlalchemy import (
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.sql.base import Executable

from crmcli.store.statements.checking import has_decider, people_of_unknown_consent, shared_points
from crmcli.store.statements.deriving import facts
from crmcli.store.statements.finding import (
    INDEXED,
    between,
    called,
    each_once,
    former_called,
    matched,
    offered,
    search_index,
)
from crmcli.store.statements.queue import queue
from crmcli.store.statements.tables import (
    T,
    article,
    attachment,
    change,
    change_range,
    change_row,
    columns_of,
    contact_point,
    contract,
    customer,
    customer_order,
    deal,
    escalation,
    event,
    field_value,
    former_customer,
    interaction,
    is_live,
    key_date,
    key_range,
    listed,
    meta,
    need,
    of_customers,
    one_of,
    participant,
    person,
    plan_step,
    promise,
    reminder,
    review,
    risk,
    search_document,
    service_event,
    setting,
    survey,
    tag,
    task,
)

QUERIES: dict[str, Executable] = {
    "order_of_deal": select(customer_order.id)
    .where(is_live(customer_order), customer_order.deal_id == bindparam("deal"))
    .order_by(customer_order.id)
    .limit(1),
    "sent_between": select(
        interaction.customer_id, interaction.channel, interaction.summary, interaction.excerpt, interaction.direction
    ).where(
        is_live(interaction),
        one_of(interaction.customer_id, "customers"),
        interaction.at >= bindparam("begin_instant"),
        interaction.at < bindparam("end_instant"),
        interaction.excerpt.is_not(None),
    ),
    # references
    "customer_by_id": select(*listed, customer.deleted_at).where(customer.id == bindparam("id")),
    "customers_by_ids": select(*listed).where(is_live(customer), one_of(customer.id, "ids")),
    "customers_by_external_id": select(*listed).where(is_live(customer), customer.external_id == bindparam("text")),
    "customers_by_name": select(*listed)
    .where(called(lambda key: key == bindparam("text")))
    .order_by(customer.id)
    .limit(20),
    "customers_by_name_beginning": select(*listed)
    .where(called(lambda key: and_(key >= bindparam("text"), key < bindparam("beyond"))))
    .order_by(customer.id)
    .limit(20),
    "customers_by_name_part": select(*listed)
    .where(called(lambda key: func.instr(key, bindparam("text")) > 0))
    .order_by(customer.id)
    .limit(20),
    "customers_by_uscc": select(customer.id, customer.name).where(is_live(customer), customer.uscc == bindparam("text")),
    "customers_by_contact_point": select(contact_point.customer_id.label("id"), customer.name)
    .select_from(T["contact_point"].join(T["customer"], customer.id == contact_point.customer_id))
    .where(is_live(contact_point), is_live(customer), contact_point.kind == bindparam("kind"), contact_point.value_key == bindparam("text"))
    .distinct(),
    # customers that were merged into others
    "former_by_id": select(former_customer.customer_id).where(is_live(former_customer), former_customer.former_id == bindparam("id")),
    "former_by_external_id": select(former_customer.customer_id).where(is_live(former_customer), former_customer.external_id == bindparam("text")).distinct(),
    "former_by_uscc": select(former_customer.customer_id).where(is_live(former_customer), former_customer.uscc == bindparam("text")).distinct(),
    "former_by_name": select(former_customer.customer_id)
    .where(is_live(former_customer), former_customer.id.in_(former_called(lambda key: key == bindparam("text"))))
    .distinct(),
    "formers_of": of_customers(former_customer, former_customer.customer_id, former_customer.id),
    # parts of customers
    "people_of": of_customers(person, person.customer_id, person.id),
    "names_of_people": select(person.name).where(is_live(person))
    .union(
        select(customer.name).where(is_live(customer), customer.kind == "person"),
        select(customer.short_name).where(is_live(customer), customer.kind == "person", customer.short_name.is_not(None)),
        select(participant.name).where(is_live(participant), participant.name != ""),
    ),
    "contact_points_of": of_customers(contact_point, contact_point.customer_id, contact_point.id),
    "tags_of": of_customers(tag, tag.customer_id, tag.name),
    "fields_of": of_customers(field_value, field_value.customer_id, field_value.name),
    "tasks_of": select(*columns_of(task))
    .where(is_live(task), task.customer_id == bindparam("customer"), task.done_at.is_(None))
    .order_by(task.due_on, task.id),
    "unpaid_orders_of": select(customer_order.id)
    .where(is_live(customer_order), customer_order.customer_id == bindparam("customer"), customer_order.paid_on.is_(None), customer_order.pay_by.is_not(None))
    .order_by(customer_order.pay_by, customer_order.id),
    "all_tasks_of": of_customers(task, task.customer_id, task.id),
    "interactions_of": select(*columns_of(interaction))
    .where(is_live(interaction), interaction.customer_id == bindparam("customer"))
    .order_by(interaction.at.desc(), interaction.id.desc())
    .limit(bindparam("limit")),
    "count_interactions_of": select(func.count().label("n")).select_from(T["interaction"]).where(is_live(interaction), interaction.customer_id == bindparam("customer")),
    "participants_of": select(*columns_of(participant), person.name.label("person_name"))
    .select_from(T["participant"].outerjoin(T["person"], person.id == participant.person_id))
    .where(is_live(participant), one_of(participant.interaction_id, "interactions"))
    .order_by(participant.id),
    # derived columns
    "facts": facts.where(one_of(customer.id, "customers")),
    "all_customer_ids": select(customer.id).where(is_live(customer), customer.id > bindparam("after")).order_by(customer.id).limit(bindparam("limit")),
    "store_touch": update(T["customer"])
    .where(customer.id == bindparam("of"))
    .values({column.name: bindparam(column.name) for column in customer if column.info.get("derived")}),
    **{
        f"{plural}_by_ids": select(*columns_of(table)).where(is_live(table), one_of(table.id, "ids"))
        for plural, table in (
            ("people", person), ("interactions", interaction), ("tasks", task), ("key_dates", key_date), ("needs", need),
            ("plan_steps", plan_step), ("promises", promise), ("surveys", survey), ("reviews", review), ("articles", article),
            ("deals", deal), ("contracts", contract), ("customer_orders", customer_order), ("risks", risk), ("attachments", attachment),
        )
    },
    "interactions_by_external_id": select(interaction.id).where(is_live(interaction), interaction.external_id == bindparam("text")).limit(1),
    "key_dates_of": of_customers(key_date, key_date.customer_id, key_date.id),
    "store_key_date_listing": update(T["key_date"])
    .where(key_date.id == bindparam("of"))
    .values(next_on=bindparam("next_on"), listed_on=bindparam("listed_on"), tier_weight=bindparam("tier_weight")),
    **{
        f"store_{table}": update(T[table])
        .where(T[table].c.id == bindparam("of"))
        .values({column.name: bindparam(column.name) for column in T[table].c if column.info.get("derived")})
        for table in ("deal", "contract", "customer_order", "risk")
    },
    "store_task_listing": update(T["task"])
    .where(task.id == bindparam("of"))
    .values(listed_on=bindparam("listed_on"), tier_weight=bindparam("tier_weight")),
    # needs, promises and surveys
    "needs_of": of_customers(need, need.customer_id, need.id),
    "contacts_about_needs": select(interaction.id, interaction.need_id, interaction.at, interaction.channel, interaction.direction, interaction.no_answer)
    .where(is_live(interaction), interaction.need_id.is_not(None), one_of(interaction.need_id, "needs"))
    .order_by(interaction.at, interaction.id),
    "escalations_of_needs": select(escalation.need_id, escalation.level).where(is_live(escalation), one_of(escalation.need_id, "needs")),
    "promises_of": of_customers(promise, promise.due_on, promise.id),
    "surveys_of": of_customers(survey, survey.opened_on, survey.id),
    "service_events_of_need": select(*columns_of(service_event)).where(is_live(service_event), service_event.need_id == bindparam("need")).order_by(service_event.at, service_event.id),
    "escalations_of_need": select(*columns_of(escalation)).where(is_live(escalation), escalation.need_id == bindparam("need")).order_by(escalation.at, escalation.id),
    "plan_steps_of_needs": select(*columns_of(plan_step)).where(is_live(plan_step), one_of(plan_step.need_id, "needs")).order_by(plan_step.due_on, plan_step.id),
    "plan_steps_of_contracts": select(*columns_of(plan_step)).where(is_live(plan_step), one_of(plan_step.contract_id, "contracts")).order_by(plan_step.due_on, plan_step.id),
    "contracts_before": select(contract.id, contract.renewed_id).where(is_live(contract), one_of(contract.renewed_id, "contracts")),
    "contracts_by_external_id": select(contract.id).where(is_live(contract), contract.external_id == bindparam("text")).limit(1),
    "reviews_of_surveys": select(*columns_of(review)).where(is_live(review), one_of(review.survey_id, "surveys")).order_by(review.id),
    "plan_steps_of_need": select(*columns_of(plan_step)).where(is_live(plan_step), plan_step.need_id == bindparam("need")).order_by(plan_step.due_on, plan_step.id),
    "surveys_of_need": select(*columns_of(survey)).where(is_live(survey), survey.need_id == bindparam("need")).order_by(survey.id),
    "tasks_of_need": select(*columns_of(task)).where(is_live(task), task.need_id == bindparam("need")).order_by(task.due_on, task.id),
    "interactions_of_need": select(*columns_of(interaction))
    .where(is_live(interaction), interaction.need_id == bindparam("need"))
    .order_by(interaction.at.desc(), interaction.id.desc())
    .limit(bindparam("limit")),
    "all_articles": select(*columns_of(article)).where(is_live(article)).order_by(article.id.desc()).limit(bindparam("limit")),
    "first_article_review": select(func.min(article.review_on).label("on"), func.count().label("n")).where(is_live(article), article.review_on.is_not(None), article.review_on <= bindparam("until")),
    "queue": queue,
    "count_queue": select(func.count().label("n")).select_from(T["need"]).where(is_live(need), need.queue.is_not(None)),
    **{
        f"{plural}_by_external_id": select(table.id).where(is_live(table), table.external_id == bindparam("text")).limit(1)
        for plural, table in (("needs", need), ("promises", promise), ("surveys", survey), ("articles", article), ("customer_orders", customer_order), ("risks", risk))
    },
    "surveys_listed": select(*columns_of(survey))
    .where(is_live(survey), survey.listed_on.is_not(None), or_(bindparam("kind").is_(None), survey.kind == bindparam("kind")))
    .order_by(survey.listed_on, survey.id)
    .limit(bindparam("limit")),
    "surveys_answered": select(*columns_of(survey))
    .where(is_live(survey), survey.status == "answered", or_(bindparam("kind").is_(None), survey.kind == bindparam("kind")))
    .order_by(survey.at.desc(), survey.id.desc())
    .limit(bindparam("limit")),
    **{
        f"store_{table.name}": update(table)
        .where(table.c.id == bindparam("of"))
        .values({column.name: bindparam(column.name) for column in table.c if column.info.get("derived")})
        for table in (T[name] for name in ("need", "plan_step", "promise", "survey", "review", "article"))
    },
    # settings
    "settings": select(setting.id, setting.name, setting.value).where(is_live(setting)),
    "meta": select(meta.name, meta.value),
    # reminders
    "reminders_of": select(*columns_of(reminder)).where(one_of(reminder.ref, "refs")).order_by(reminder.at, reminder.channel),
    "drop_reminder": delete(T["reminder"]).where(reminder.ref == bindparam("of"), reminder.channel == bindparam("by")),
    "drop_old_reminders": delete(T["reminder"]).where(reminder.said_on < bindparam("before")),
    "drop_meta": delete(T["meta"]).where(meta.name == bindparam("of")),
    # keys
    "next_key": select(key_range.next).where(key_range.row_table == bindparam("row_table")),
    "take_keys": update(T["key_range"]).where(key_range.row_table == bindparam("of")).values(next=bindparam("next")),
    # the change log
    "begin_change": insert(T["change"]).values({column.name: bindparam(column.name) for column in change}),
    "open_change": insert(T["open_change"]).values(id=bindparam("id")),
    "close_change": delete(T["open_change"]),
    "mark_undone": update(T["change"]).where(change.id == bindparam("of")).values(undone_by=bindparam("undone_by")),
    "has_logged": select(literal(1).label("found"))
    .where(or_(exists(select(change_row.id).where(change_row.change_id == bindparam("change"))), exists(select(change_range.id).where(change_range.change_id == bindparam("change"))))),
    "insert_range": insert(T["change_range"]).values({column.name: bindparam(column.name) for column in change_range if column.name != "id"}),
    "change": select(*columns_of(change)).where(change.id == bindparam("id")),
    "newest_undoable": select(*columns_of(change))
    .where(change.undoes.is_(None), change.undone_by.is_(None))
    .order_by(change.id.desc())
    .limit(1),
    "changes": select(*columns_of(change)).order_by(change.id.desc()).limit(bindparam("limit")),
    "rows_of_change": select(*columns_of(change_row)).where(change_row.change_id == bindparam("change")).order_by(change_row.id),
    "ranges_of_change": select(*columns_of(change_range)).where(change_range.change_id == bindparam("change")).order_by(change_range.id),
    "rows_since": select(*columns_of(change_row))
    .where(change_row.id > bindparam("after"), change_row.row_table == bindparam("row_table"), change_row.row_id == bindparam("row_id"))
    .order_by(change_row.id),
    "rows_since_in_range": select(*columns_of(change_row))
    .where(
        change_row.row_table == bindparam("row_table"),
        change_row.row_id.between(bindparam("first"), bindparam("last")),
        or_(change_row.change_id.is_(None), change_row.change_id >= bindparam("change")),
    )
    .order_by(change_row.id),
    "history_of_row": select(
        *columns_of(change_row), change.at, change.actor, change.command, change.reason, change.happened_on, change.undoes, change.undone_by
    )
    .select_from(T["change_row"].outerjoin(T["change"], change.id == change_row.change_id))
    .where(change_row.row_table == bindparam("row_table"), change_row.row_id == bindparam("row_id"))
    .order_by(change_row.id.desc())
    .limit(bindparam("limit")),
    "range_history_of_row": select(
        change_range.change_id, change_range.action, change.at, change.actor, change.command, change.reason, change.happened_on, change.undoes, change.undone_by
    )
    .select_from(T["change_range"].join(T["change"], change.id == change_range.change_id))
    .where(
        change_range.row_table == bindparam("row_table"),
        change_range.first_id <= bindparam("row_id"),
        change_range.last_id >= bindparam("row_id"),
    )
    .order_by(change_range.id.desc()),
    # search: the index keeps no text of its own, so what is taken out of it must be told as it was put in
    "search_documents": select(*columns_of(search_document)).where(one_of(search_document.id, "ids")),
    "search_documents_after": select(*columns_of(search_document)).where(search_document.id > bindparam("after")).order_by(search_document.id).limit(bindparam("limit")),
    "drop_search_document": delete(T["search_document"]).where(search_document.id == bindparam("of")),
    "index_document": insert(search_index).values({name: bindparam(name) for name in INDEXED}),
    "unindex_document": insert(search_index).values({"search_index": literal("delete"), **{name: bindparam(name) for name in INDEXED}}),
    "unindex_documents_from": insert(search_index).from_select(
        ["search_index", *INDEXED], select(literal("delete"), *columns_of(search_document)).where(search_document.id.between(bindparam("first"), bindparam("last")))
    ),
    "drop_search_documents": delete(T["search_document"]).where(search_document.id.between(bindparam("first"), bindparam("last"))),
    "index_documents_from": insert(search_index).from_select(INDEXED, select(*columns_of(search_document)).where(search_document.id.between(bindparam("first"), bindparam("last")))),
    # completion: what may be typed next
    "offered_names": offered(lambda key: and_(key >= bindparam("text"), key < bindparam("beyond"))),
    "offered_names_within": offered(lambda key: one_of(key, "keys")),
    "offered_recent": select(customer.id, customer.name, customer.short_name)
    .where(is_live(customer), customer.last_contact_at.is_not(None))
    .order_by(customer.last_contact_at.desc(), customer.id.desc())
    .limit(bindparam("limit")),
    "offered_customer": between(customer, customer.name.label("about")),
    "offered_person": between(person, person.name.label("about")),
    "offered_task": between(task, task.text.label("about")),
    "offered_interaction": between(interaction, interaction.contacted_on.label("day"), interaction.summary.label("about")),
    "offered_key_date": between(key_date, key_date.day, key_date.kind.label("about")),
    "offered_need": between(need, need.text.label("about")),
    "offered_plan_step": between(plan_step, plan_step.due_on.label("day"), plan_step.text.label("about")),
    "offered_promise": between(promise, promise.due_on.label("day"), promise.text.label("about")),
    "offered_survey": between(survey, func.coalesce(survey.answered_on, survey.due_on, survey.opened_on).label("day"), survey.kind.label("about")),
    "offered_review": between(review, func.substr(review.due_at, 1, 10).label("day"), review.action.label("about")),
    "offered_article": between(article, article.title.label("about")),
    "offered_customer_order": between(customer_order, customer_order.ordered_on.label("day"), func.coalesce(customer_order.note, "").label("about")),
    "offered_contract": between(contract, contract.ends_on.label("day"), contract.text.label("about")),
    "offered_solved": select(*columns_of(need))
    .where(is_live(need), need.resolved_at.is_not(None))
    .order_by(need.resolved_at.desc(), need.id.desc())
    .limit(bindparam("limit")),
    "offered_change": between(change, change.at.label("day"), change.command.label("about")),
    "offered_tags": each_once(tag.name),
    "offered_cities": each_once(customer.city),
    "offered_industries": each_once(customer.industry),
    # events
    "event_exists": select(literal(1).label("found")).where(event.kind == bindparam("kind")).limit(1),
    "events_of_kind": select(*columns_of(event)).where(event.kind == bindparam("kind")).order_by(event.id),
    # doctor, and tags that nobody has
    "newest_event": select(*columns_of(event)).where(event.kind == bindparam("kind")).order_by(event.id.desc()).limit(1),
    "outside_rows": select(func.count().label("n"), func.max(change_row.id).label("newest")).where(change_row.change_id.is_(None), change_row.id > bindparam("after")),
    "people_of_unknown_consent": people_of_unknown_consent,
    "core_without_decider": select(customer.id).where(is_live(customer), customer.tier == "core", customer.stage != "lost", ~has_decider).order_by(customer.id),
    "shared_points": shared_points,
    "names_after": select(
        customer.id, customer.kind, customer.name, customer.short_key, customer.city, customer.uscc, customer.external_id
    )
    .where(is_live(customer), customer.id > bindparam("after"))
    .order_by(customer.id)
    .limit(bindparam("limit")),
    "tags_in_use": select(tag.name).where(is_live(tag)).distinct(),
    "tags_in_use_of": select(tag.name).where(is_live(tag), one_of(tag.name, "tag")).distinct(),
    # imports: which rows already stand under these keys (a JSON list of texts)
    "match_external_ids": matched(customer.external_id, former_customer.external_id),
    "match_usccs": matched(customer.uscc, former_customer.uscc),
    "match_points": select(contact_point.value_key.label("key"), contact_point.customer_id.label("id"))
    .where(is_live(contact_point), contact_point.kind == bindparam("kind"), one_of(contact_point.value_key, "keys"))
    .distinct(),
    "match_names": matched(customer.name_key, former_customer.name_key, "city"),
    "match_interactions": select(interaction.customer_id, interaction.contacted_on).where(is_live(interaction), one_of(interaction.customer_id, "customers")),
}  # fmt: skip


def by_table() -> dict[str, Executable]:
    """Reading one row of any table by key, and inserting one with every column given."""
    made: dict[str, Executable] = {}
    for name, table in T.items():
        if name in ("change", "open_change"):
            continue
        columns = [
            column for column in table.columns if not (name == "event" and column.name == "id")
        ]
        made[f"insert_{name}"] = insert(table).values({c.name: bindparam(c.name) for c in columns})
        if "deleted_at" in table.c:
            made[f"{name}_row"] = select(*table.c).where(table.c.id == bindparam("id"))
    return made
