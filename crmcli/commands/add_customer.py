"""`crm add-customer`."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from crmcli.commands.shared import options, records
from crmcli.commands.shared.consenting import (
    Consent,
    ConsentOn,
    ConsentScope,
    ConsentSource,
    consent_columns,
)
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context, is_interactive
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import N_, _
from crmcli.rules.identity import email_is_odd, email_key, phone_is_odd, phone_key
from crmcli.rules.references import ref
from crmcli.store import former
from crmcli.store.changes import Change
from crmcli.store.customers import keys_of
from crmcli.store.database import Database, Row

EXAMPLES = (
    "crm add-customer 华东精工 --tier core --city 苏州 --person 张伟 --title 采购经理 --phone 13800005678",
    "crm add-customer 'Acme Ltd' --stage customer --since 2025-03-01 --tag vip --note 'met at the fair'",
)

Text = str | None
_POINTS = {"phone": N_("phone number"), "email": N_("e-mail address"), "wechat": N_("WeChat name")}


def run(
    ctx: typer.Context,
    name: Annotated[
        Text,
        typer.Argument(
            help=_("The customer's name; at a terminal it is asked for."), metavar="[NAME]"
        ),
    ] = None,
    kind: Annotated[
        Text, typer.Option("--kind", help=_("company or person; company when not said."))
    ] = None,
    short_name: Annotated[
        Text, typer.Option("--short-name", help=_("What everybody calls it."))
    ] = None,
    stage: Annotated[
        Text, typer.Option("--stage", help=_("prospect, interested, customer or lost."))
    ] = None,
    tier: Annotated[
        Text, typer.Option("--tier", help=_("core, potential, ordinary, or A, B, C."))
    ] = None,
    industry: Annotated[Text, typer.Option("--industry", help=_("Its line of business."))] = None,
    size: Annotated[Text, typer.Option("--size", help=_("How large it is."))] = None,
    city: Annotated[Text, typer.Option("--city", help=_("Where it is."))] = None,
    address: Annotated[Text, typer.Option("--address", help=_("Street and house."))] = None,
    uscc: Annotated[Text, typer.Option("--uscc", help=_("Unified social credit code."))] = None,
    source: Annotated[Text, typer.Option("--source", help=_("How it came to us."))] = None,
    referred_by: Annotated[
        Text,
        typer.Option("--referred-by", help=_("The customer that sent it."), metavar="CUSTOMER"),
    ] = None,
    since: Annotated[
        Text, typer.Option("--since", help=_("Customer since this day."), metavar="DATE")
    ] = None,
    prefer: Annotated[Text, typer.Option("--prefer", help=_("Preferred channel."))] = None,
    phone: Annotated[
        list[str] | None, typer.Option("--phone", help=_("Phone; of --person if one is given."))
    ] = None,
    email: Annotated[
        list[str] | None, typer.Option("--email", help=_("E-mail; of --person if one is given."))
    ] = None,
    wechat: Annotated[
        Text, typer.Option("--wechat", help=_("WeChat; of --person if one is given."))
    ] = None,
    person: Annotated[
        Text, typer.Option("--person", help=_("Someone there."), metavar="NAME")
    ] = None,
    title: Annotated[Text, typer.Option("--title", help=_("That person's title."))] = None,
    role: Annotated[
        list[str] | None,
        typer.Option("--role", help=_("That person's role: decider, buyer, user ...")),
    ] = None,
    need: Annotated[
        Text, typer.Option("--need", help=_("What they need now."), metavar="TEXT")
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option("--tag", help=_("A tag; several are allowed."))
    ] = None,
    field: Annotated[
        list[str] | None, typer.Option("--field", help=_("A custom field."), metavar="NAME=VALUE")
    ] = None,
    external_id: Annotated[
        Text, typer.Option("--external-id", help=_("Its number in another system."))
    ] = None,
    note: Annotated[Text, typer.Option("--note", help=_("Anything worth knowing."))] = None,
    cadence: Annotated[
        Text, typer.Option("--cadence", help=_("Touch at least this often: 2w, 1m ..."))
    ] = None,
    visit_cadence: Annotated[
        Text, typer.Option("--visit-cadence", help=_("Visit at least this often."))
    ] = None,
    consent: Consent = None,
    consent_on: ConsentOn = None,
    consent_source: ConsentSource = None,
    consent_scope: ConsentScope = None,
    allow_duplicate: Annotated[
        bool, typer.Option("--allow-duplicate", help=_("Add it although it seems to be there."))
    ] = False,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Add a customer; prints its reference and what is missing."""
    said = {option: value for option, value in locals().items() if option != "ctx"}
    crm: Context = ctx.obj
    if name is None:
        _ask(crm, said, lambda **answers: run(ctx, **answers))
        return
    crm.write(dry_run)
    values = Values(crm)
    given = {
        "name": name, "kind": kind, "short_name": short_name, "stage": stage, "tier": tier, "industry": industry,
        "size": size, "city": city, "address": address, "uscc": uscc, "source": source, "since": since,
        "prefer": prefer, "note": note, "referred_by": referred_by, "cadence": cadence,
        "visit_cadence": visit_cadence, "external_id": external_id,
    }  # fmt: skip
    columns = values.fields("customer", given)
    columns |= keys_of(columns)
    points = contact_points(phone or [], email or [], [wechat] if wechat else [])
    tags = values.tags(tag or [])
    fields = custom_fields(values, field or [])
    someone = _person(values, person, title, role)
    (columns if someone is None else someone).update(
        consent_columns(values, consent, consent_on, consent_source, consent_scope)
    )
    wanted = values.field("need", "text", need) if need is not None else None
    with crm.change(reason) as change:
        if not allow_duplicate:
            refuse_duplicate(crm.db, columns, points)
        key = add(change, crm, columns)
        person_key = (
            change.insert("person", customer_id=key, created_at=change.author.at, **someone)
            if someone
            else None
        )
        for point in points:
            change.insert("contact_point", customer_id=key, person_id=person_key, **point)
        if wanted:
            change.insert(
                "need",
                customer_id=key,
                text=wanted,
                owner=crm.actor,
                received_at=change.author.at,
                created_at=change.author.at,
            )
        for word in tags:
            change.insert("tag", customer_id=key, name=word)
        for field_name, value in fields.items():
            change.insert("field_value", customer_id=key, name=field_name, value=value)
    say_odd(crm, points)
    _show(crm, key, json, reveal)


def _ask(crm: Context, said: dict[str, Any], add_it: Callable[..., None]) -> None:
    """Ask a person for the rest; BadValue where there is nobody to be asked."""
    if said["json"] or not is_interactive():
        from crmcli import usage

        raise usage.missing("NAME", "crm add-customer")
    from crmcli.commands.shared import new_customer

    def refuse(field: str, text: str) -> None:
        if field == "phone":
            refuse_duplicate(crm.db, {}, contact_points([text], [], []))
        else:
            refuse_duplicate(crm.db, keys_of({"name": text}), [])

    new_customer.ask_and_add(crm, said, refuse, add_it)


def add(change: Change, crm: Context, columns: dict[str, Any]) -> int:
    """A new customer row and the first line of its stage history; returns its key."""
    key = change.insert(
        "customer", added_on=crm.today.isoformat(), created_at=change.author.at, **columns
    )
    change.insert(
        "stage_change",
        customer_id=key,
        from_stage=None,
        to_stage=columns.get("stage", "prospect"),
        changed_on=crm.today.isoformat(),
    )
    return key


def contact_points(
    phones: list[str], emails: list[str], wechats: list[str]
) -> list[dict[str, str]]:
    """Phones, e-mails and WeChats as rows, each with the normal form that is compared."""
    keys = {"phone": phone_key, "email": email_key, "wechat": _folded}
    rows = []
    for kind, texts in (("phone", phones), ("email", emails), ("wechat", wechats)):
        for text in texts:
            value = clean(text)
            if value:
                rows.append({"kind": kind, "value": value, "value_key": keys[kind](value)})
    return rows


def _folded(text: str) -> str:
    return text.strip().lower()


def _never(text: str) -> bool:
    return False


def custom_fields(values: Values, pairs: list[str]) -> dict[str, str]:
    """Custom fields given as NAME=VALUE."""
    found = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise BadValue("{pair!r} is no field; write it as NAME=VALUE", pair=pair)
        value = values.custom(name.strip(), text)
        if value is not None:
            found[name.strip()] = value
    return found


def _person(
    values: Values, name: str | None, title: str | None, roles: list[str] | None
) -> dict[str, Any] | None:
    if name is None:
        if title or roles:
            raise BadValue("--title and --role belong to someone; give --person NAME too")
        return None
    if not clean(name):
        raise BadValue("the person's name is empty; write one")
    return values.fields(
        "person", {"name": name, "title": title, "roles": ",".join(roles) if roles else None}
    )


def refuse_duplicate(db: Database, columns: dict[str, Any], points: list[dict[str, str]]) -> None:
    """Forbidden, naming it, when a live customer seems to be the same (CLI.md, add-customer)."""
    number, code = columns.get("external_id") or "", columns.get("uscc") or ""
    checks = [
        (
            "external id",
            number
            and (
                db.rows("customers_by_external_id", text=number)
                or former.with_external_id(db, number)
            ),
        ),
        (
            "credit code",
            code and (db.rows("customers_by_uscc", text=code) or former.with_uscc(db, code)),
        ),
        *(
            (
                point["kind"],
                db.rows("customers_by_contact_point", kind=point["kind"], text=point["value_key"]),
            )
            for point in points
            if point["value_key"]
        ),
        (
            "name",
            "name_key" in columns
            and (_named(db, columns["name_key"]) or former.called(db, columns["name_key"])),
        ),
    ]
    for what, found in checks:
        if found:
            raise Forbidden(
                "{ref} {name} has the same {what}; use it, or add anyway with --allow-duplicate",
                [f"{ref('customer', row['id'])} {row['name']}" for row in found],
                ref=ref("customer", found[0]["id"]),
                name=found[0]["name"],
                what=what,
            )


def _named(db: Database, key: str) -> list[Row]:
    return [row for row in db.rows("customers_by_name", text=key) if row["name_key"] == key]


def say_odd(crm: Context, points: list[dict[str, str]]) -> None:
    """Warn about phones and e-mails that look wrong; they are kept as they are."""
    odd = {"phone": phone_is_odd, "email": email_is_odd, "wechat": _never}
    for point in points:
        if odd[point["kind"]](point["value"]):
            crm.screen.note(
                _("{value} is an odd {kind}; kept as it is.").format(
                    value=point["value"], kind=_(_POINTS[point["kind"]])
                )
            )


def _show(crm: Context, key: int, json: bool, reveal: bool) -> None:
    mask = records.privacy(crm, reveal)
    record = records.customer_record(crm, key, mask)
    if json:
        crm.screen.json_item("customer", record, masked=mask.did_mask)
        return
    crm.confirm(
        lambda: _("Added {ref} {name}.").format(ref=record["ref"], name=record["name"]),
        record["ref"],
    )
    if record["missing"]:
        from crmcli.output import words

        crm.screen.note(words.missing(record["missing"]))
