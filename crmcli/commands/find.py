"""`crm find`."""

from typing import Annotated, Any

import typer

from crmcli.commands.shared import options
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.values import clean
from crmcli.context import Context
from crmcli.errors import BadValue, in_context
from crmcli.locale import _
from crmcli.output import words
from crmcli.output.shapes import Privacy
from crmcli.rules.due.customer import customer_of
from crmcli.rules.identity import phone_key
from crmcli.rules.references import ref, table_word
from crmcli.rules.searching import excerpt, holds
from crmcli.rules.terms import NEED_KIND, Vocabulary
from crmcli.store.customers import parts_of
from crmcli.store.database import as_list
from crmcli.store.finding import Found, digits_of, find
from crmcli.store.search import KINDS, TEXTS

EXAMPLES = (
    "crm find 样品",
    "crm find hdjg --kind customer",
)
JSON_NAMES = ("ref", "kind", "customer", "title", "field", "text")
_KIND = Vocabulary(
    "--kind",
    {
        "customer": ("客户",),
        "person": ("联系人",),
        "key-date": ("重要日子",),
        "deal": ("商机",),
        "contract": ("合同",),
        "need": ("需求", "工单"),
        "risk": ("风险",),
        "promise": ("承诺",),
        "article": ("知识", "知识库"),
        "task": ("任务",),
        "survey": ("满意度回访",),
        "order": ("订单",),
        "attachment": ("附件",),
        "interaction": ("跟进记录",),
    },
)
"""How kinds of records are called in options and JSON."""

_TEXTS = {
    "customer": ("short_name", "external_id", "uscc", "city", "address", "industry", "size", "source", "loss_reason", "note"),
    "person": ("title", "external_id", "concern", "preferences", "note"),
    **TEXTS,
}  # fmt: skip


def run(
    ctx: typer.Context,
    text: Annotated[
        list[str],
        typer.Argument(
            help=_("Any scrap of a name, its pinyin or initials, a phone, or of what was said."),
            metavar="TEXT",
        ),
    ],
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            help=_(
                "Only these: customer, person, key-date, deal, contract, need, risk, promise, article, task, survey, order, attachment, interaction."
            ),
        ),
    ] = None,
    limit: options.Limit = None,
    json: options.Json = False,
    csv: options.Csv = False,
    reveal: options.Reveal = False,
) -> None:
    """Find customers, people and contacts by any scrap of text."""
    crm: Context = ctx.obj
    asked = " ".join(filter(None, map(clean, text)))
    if not asked:
        raise BadValue("there is nothing to look for; write a scrap of a name or a word")
    asked_for = set(map(_KIND.read, kind or []))
    tables = [table for table in KINDS if _kind(table) in asked_for]
    crm.read()
    most = options.effective_limit(limit, crm.screen.is_terminal and not (json or csv))
    found = find(crm.db, asked, None if most is None else most + 1, tables)
    shown = found if most is None else found[:most]
    more = len(shown) < len(found)
    mask = privacy(crm, reveal)
    items = _items(crm, shown, asked, mask)
    if json:
        crm.screen.json_list("find", items, more=more, masked=mask.did_mask)
    elif csv:
        crm.screen.csv(JSON_NAMES, items)
    elif items:
        _show_table(crm, items)
        if more:
            crm.screen.note(_("There is more; --limit 0 shows all."))
    else:
        crm.screen.note(_("Nothing fits {text!r}.").format(text=asked))


def _items(crm: Context, found: list[Found], asked: str, mask: Privacy) -> list[dict[str, Any]]:
    """What was found, each with the field that fits and the stretch of it; `text` is null for a name."""
    customers = list(dict.fromkeys(one.customer["id"] for one in found if one.customer and one.table in ("customer", "person")))  # fmt: skip
    parts = parts_of(crm.db, customers) if customers else {}
    items = []
    for one in found:
        where, text = _where(crm, one, parts, asked, mask)
        title = one.row["name"] if one.table in ("customer", "person") else _title(one, mask)
        items.append(
            {
                "ref": ref(one.table, one.row["id"]),
                "kind": _kind(one.table),
                "customer": customer_of(one.customer) if one.customer else None,
                "title": title,
                "field": where,
                "text": text,
            }
        )
    return items


def _kind(table: str) -> str:
    return table_word(table).replace(" ", "-")


def _title(one: Found, mask: Privacy) -> str:
    """What a record without a name is about: its first text, in one line."""
    texts = (one.row[name] for name in _TEXTS[one.table])
    first = next((text for text in texts if text), "")
    return " ".join((mask.text(first) or "").split())[:80]


def _where(
    crm: Context, one: Found, parts: Any, asked: str, mask: Privacy
) -> tuple[str, str | None]:
    """The field that fits, and the stretch of it as it may be shown."""
    if one.table in ("customer", "person"):
        if holds(one.row["name"], asked):
            return "name", None
        for name, text, kind in _points_and_tags(one, parts):
            if kind is None and holds(text, asked):
                return name, str(excerpt(mask.text(text) or "", asked))
            if kind and _has_number(text, asked):
                return name, mask.value(kind, text)
    if one.table == "article" and holds(one.row["title"], asked):
        return "title", None
    for name in _TEXTS[one.table]:
        text = one.row[name]
        if text and holds(text, asked):
            return name, str(excerpt(mask.text(text) or "", asked))
    if one.table in ("need", "contract"):
        for step in crm.db.rows(
            f"plan_steps_of_{one.table}s", **{f"{one.table}s": as_list([one.row["id"]])}
        ):
            if holds(step["text"], asked):
                where = "steps" if one.table == "need" else "milestones"
                return where, str(excerpt(mask.text(step["text"]) or "", asked))
    if one.table == "interaction":
        present = crm.db.rows("participants_of", interactions=as_list([one.row["id"]]))
        names = [row["name"] for row in present if holds(row["name"], asked)]
        if names:
            return "with", ", ".join(names)
    if one.table == "need" and (kind := one.row["kind"]):
        words = (kind, *NEED_KIND.words.get(kind, ()))
        if any(holds(word, asked) for word in words):
            return "kind", kind
    return ("name", None) if one.table in ("customer", "person") else (_TEXTS[one.table][0], None)


def _points_and_tags(one: Found, parts: Any) -> list[tuple[str, str, str | None]]:
    own = parts[one.row["id" if one.table == "customer" else "customer_id"]]
    person = one.row["id"] if one.table == "person" else None
    lists = {"phone": "phones", "email": "emails", "wechat": "wechat"}
    found: list[tuple[str, str, str | None]] = [
        (lists[point["kind"]], point["value"], point["kind"])
        for point in own.points
        if point["person_id"] == person
    ]
    if one.table == "customer":
        found += [("tags", tag, None) for tag in own.tags]
        found += [(f"field.{name}", value, None) for name, value in own.fields.items()]
    return found


def _has_number(value: str, asked: str) -> bool:
    forms = {digits_of(asked), digits_of(phone_key(asked))}
    return holds(value, asked) or any(len(one) > 2 and one in digits_of(value) for one in forms)


def _show_table(crm: Context, items: list[dict[str, Any]]) -> None:
    from crmcli.output.table import Column

    columns = [
        Column(_("ref")),
        Column(_("kind"), spare=2),
        Column(_record_word("customer"), least=12),
        Column(_("what"), least=16),
    ]
    rows = [
        [
            item["ref"],
            _record_word(item["kind"]),
            item["customer"]["name"] if item["customer"] else "",
            _what(item),
        ]
        for item in items
    ]
    crm.screen.table(columns, rows)


def _record_word(kind: str) -> str:
    return in_context("record", kind, _)


def _what(item: dict[str, Any]) -> str:
    if item["text"] is None:
        return "" if item["kind"] == "customer" else str(item["title"])
    label = words.label(item["kind"], item["field"])
    named = f"{item['title']}  " if item["kind"] in ("person", "article") else ""
    text = in_context("need", item["text"], _) if item["field"] == "kind" else item["text"]
    return named + _("{field}: {text}").format(field=label, text=text)
