"""`crm find`."""

from typing import Annotated, Any, NamedTuple

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
from crmcli.rules.snippets import digits_at, excerpt, holds, sounding
from crmcli.rules.terms import NEED_KIND, Vocabulary
from crmcli.store.customers import parts_of
from crmcli.store.database import as_list
from crmcli.store.finding import Found, digits_of, find
from crmcli.store.search import KINDS, TEXTS

EXAMPLES = (
    "crm find 样品",
    "crm find hdjg --kind customer",
)
JSON_NAMES = ("ref", "kind", "customer", "title", "field", "text", "hit")
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
    found, asked = _find(crm, asked, None if most is None else most + 1, tables)
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


def _find(
    crm: Context, asked: str, limit: int | None, tables: list[str]
) -> tuple[list[Found], str]:
    """What fits, and the text it fits: in the words of Taiwan or the mainland where nothing does as it was typed."""
    found = find(crm.db, asked, limit, tables)
    if found or asked.isascii():
        return found, asked
    from crmcli.commands.shared.regional_words import otherwise_called

    for called in otherwise_called(asked):
        if found := find(crm.db, called, limit, tables):
            return found, called
    return [], asked


def _items(crm: Context, found: list[Found], asked: str, mask: Privacy) -> list[dict[str, Any]]:
    """What was found, each with the field that fits and the stretch of it; `text` is null for a name."""
    customers = list(dict.fromkeys(one.customer["id"] for one in found if one.customer and one.table in ("customer", "person")))  # fmt: skip
    parts = parts_of(crm.db, customers) if customers else {}
    items = []
    for one in found:
        where = _where(crm, one, parts, asked, mask)
        title = one.row["name"] if one.table in ("customer", "person") else _title(one, mask)
        items.append(
            {
                "ref": ref(one.table, one.row["id"]),
                "kind": _kind(one.table),
                "customer": customer_of(one.customer) if one.customer else None,
                "title": title,
                "field": where.field,
                "text": where.text,
                "hit": where.hit or None,
            }
        )
    return items


class Where(NamedTuple):
    """The field that fits, the stretch of it as it may be shown (none of a name), and what was found in that."""

    field: str
    text: str | None
    hit: str


def _kind(table: str) -> str:
    return table_word(table).replace(" ", "-")


def _title(one: Found, mask: Privacy) -> str:
    """What a record without a name is about: its first text, in one line."""
    texts = (one.row[name] for name in _TEXTS[one.table])
    first = next((text for text in texts if text), "")
    return " ".join((mask.text(first) or "").split())[:80]


def _where(crm: Context, one: Found, parts: Any, asked: str, mask: Privacy) -> Where:
    """The field that fits, and the stretch of it as it may be shown."""
    is_named = one.table in ("customer", "person")

    def within(field: str, text: str, spoken: bool = False) -> Where:
        found = excerpt(text, asked, shown=mask.traced, spoken=spoken)
        return Where(field, str(found), found.hit)

    if is_named:
        if holds(one.row["name"], asked):
            return _name(one, asked)
        for name, text, kind in _points_and_tags(one, parts):
            if kind is None and holds(text, asked):
                return within(name, text)
            if kind and _has_number(text, asked):
                return _point(name, kind, text, asked, mask)
    if one.table == "article" and holds(one.row["title"], asked):
        return Where("title", None, excerpt(one.row["title"], asked, shown=mask.traced).hit)
    for name in _TEXTS[one.table]:
        text = one.row[name]
        if text and holds(text, asked):
            return within(name, text)
    if one.table in ("need", "contract"):
        for step in crm.db.rows(
            f"plan_steps_of_{one.table}s", **{f"{one.table}s": as_list([one.row["id"]])}
        ):
            if holds(step["text"], asked):
                return within("steps" if one.table == "need" else "milestones", step["text"])
    if one.table == "interaction":
        present = crm.db.rows("participants_of", interactions=as_list([one.row["id"]]))
        names = [row["name"] for row in present if holds(row["name"], asked)]
        if names:
            return Where("with", ", ".join(names), excerpt(names[0], asked).hit)
    if one.table == "need" and (kind := one.row["kind"]):
        words = (kind, *NEED_KIND.words.get(kind, ()))
        if any(holds(word, asked) for word in words):
            return Where("kind", kind, "")
    if one.table == "customer" and not sounding(one.row["name"], asked):
        short = one.row["short_name"]
        if short and sounding(short, asked):
            return within("short_name", short, spoken=True)
    return _name(one, asked) if is_named else Where(_TEXTS[one.table][0], None, "")


def _name(one: Found, asked: str) -> Where:
    return Where("name", None, excerpt(one.row["name"], asked, spoken=True).hit)


def _point(field: str, kind: str, value: str, asked: str, mask: Privacy) -> Where:
    """A phone, an e-mail or a WeChat: where it is masked, all that is shown of it is what was found."""
    shown = mask.value(kind, value)
    if shown != value:
        return Where(field, shown, shown)
    for digits in _forms(asked):
        if kind == "phone" and (place := digits_at(value, digits)):
            return Where(field, value, value[slice(*place)])
    return Where(field, value, excerpt(value, asked).hit)


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
    return holds(value, asked) or any(
        len(one) > 2 and one in digits_of(value) for one in _forms(asked)
    )


def _forms(asked: str) -> list[str]:
    """The digits that are asked for, as they are typed and as a number is kept."""
    return list(dict.fromkeys((digits_of(asked), digits_of(phone_key(asked)))))


def _show_table(crm: Context, items: list[dict[str, Any]]) -> None:
    from crmcli.output.table import NAME, Column, marked

    columns = [
        Column(_("ref")),
        Column(_("kind"), spare=2),
        Column(_record_word("customer"), least=NAME),
        Column(_("what"), least=16, below=True),
    ]
    rows = [
        [
            item["ref"],
            _record_word(item["kind"]),
            marked(_name_of(item), item["hit"] if _is_by_name(item) else None),
            _what(item),
        ]
        for item in items
    ]
    crm.screen.table(columns, rows)


def _record_word(kind: str) -> str:
    return in_context("record", kind, _)


def _name_of(item: dict[str, Any]) -> str:
    return str(item["customer"]["name"]) if item["customer"] else ""


def _is_by_name(item: dict[str, Any]) -> bool:
    return item["kind"] == "customer" and item["text"] is None


def _what(item: dict[str, Any]) -> str:
    from crmcli.output.table import marked

    if item["text"] is None:
        return "" if item["kind"] == "customer" else marked(str(item["title"]), item["hit"])
    label = words.label(item["kind"], item["field"])
    named = f"{item['title']}  " if item["kind"] in ("person", "article") else ""
    text = in_context("need", item["text"], _) if item["field"] == "kind" else item["text"]
    told = named + _("{field}: {text}").format(field=label, text=text)
    return marked(told, item["hit"], len(told) - len(text))
