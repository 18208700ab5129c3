"""What the erased are called and reached by, and who else is (HANDBOOK §10)."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crmcli.rules.erasing import EMAIL, NAME, PHONE, Redactor, Trace, bare_name, traces_of
from crmcli.rules.identity import name_key
from crmcli.rules.references import ref
from crmcli.store.database import Database
from crmcli.store.forgetting.belongings import IS_LISTED
from crmcli.store.forgetting.mentions import OWN


class Namesake(NamedTuple):
    """A record of somebody else that has the same name, phone, e-mail or WeChat, and keeps it."""

    reference: str
    field: str  # name, phone, email or wechat
    customer: int


_POINTS = {"phone": PHONE, "email": EMAIL, "wechat": "wechat"}


def traces_left(db: Database) -> list[Trace]:
    """What the erased are called and reached by, and were before."""
    found: dict[Trace, None] = {}
    for table, columns in OWN.items():
        kinds = ", kind" if table == "contact_point" else ", NULL"
        sql = f"SELECT {', '.join(columns)}{kinds} FROM {table} WHERE id IN {IS_LISTED.format(table=table)}"
        for *values, kind in db.connection.execute(sql):
            _note(found, values, kind)
            if table == "person":
                _note(found, [*map(bare_name, values)], kind)
        for values, kind in _earlier(db, table, columns):
            _note(found, values, kind)
            if table == "person":
                _note(found, [*map(bare_name, values)], kind)
    sql = f"SELECT name FROM customer WHERE kind <> 'person' AND id IN {IS_LISTED.format(table='customer')}"
    for (name,) in db.connection.execute(sql):
        _note(found, [name_key(name)], None)  # a company is written of without its legal form
    return list(found)


def _note(found: dict[Trace, None], values: Sequence[str | None], kind: str | None) -> None:
    for value in values:
        found |= dict.fromkeys(traces_of(_POINTS.get(kind or NAME, NAME), value))


def _earlier(
    db: Database, table: str, columns: Sequence[str]
) -> Iterator[tuple[list[str | None], str | None]]:
    """The values that the change log has of rows that are erased, with the kind of a contact point."""
    kinds = (
        "(SELECT kind FROM contact_point WHERE id = row_id)" if table == "contact_point" else "NULL"
    )
    sql = (
        f"SELECT before, after, {kinds} FROM change_row WHERE row_table = '{table}' AND before IS NOT NULL "
        f"AND row_id IN {IS_LISTED.format(table=table)}"
    )
    for before, after, kind in db.connection.execute(sql):
        for text in (before, after):
            values = json.loads(text or "{}")
            yield [values.get(name) for name in columns], values.get("kind") or kind


def namesakes_of(
    db: Database, traces: Sequence[Trace], own: Sequence[int]
) -> tuple[list[Namesake], dict[int, set[tuple[str, str]]]]:
    """Who else has a name, phone, e-mail or WeChat of these; and by customer what its texts may go on holding.

    Where another one of the same name is at another customer, texts about that customer mean that one.
    """
    known = {trace.key for trace in traces}
    redact = Redactor(traces)
    found: list[Namesake] = []
    exempt: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for table, columns in OWN.items():
        whose = "id" if table == "customer" else "customer_id"
        person = "person_id" if table == "contact_point" else "NULL"
        kinds = "kind" if table == "contact_point" else "NULL"
        sql = (
            f"SELECT id, {whose}, {person}, {kinds}, {', '.join(columns)} FROM {table} "
            f"WHERE id NOT IN {IS_LISTED.format(table=table)} ORDER BY id"
        )
        for key, customer, person_key, kind, *values in db.connection.execute(sql):
            same: set[tuple[str, str]] = set()
            if not any(redact.may_touch(value) for value in values if value):
                continue
            for value in filter(None, values):
                mine = {one.key for one in traces_of(_POINTS.get(kind or NAME, NAME), value)}
                if table == "customer" and (short := name_key(value)):
                    mine |= {one.key for one in traces_of(NAME, short)}
                same |= mine & known
            if same or any(redact(value) != value for value in values if value):
                named = (
                    ref("person", person_key) if person_key
                    else ref("person", key) if table == "person" else ref("customer", customer)
                )  # fmt: skip
                found.append(Namesake(str(named), kind or "name", customer))
                if customer not in own:
                    exempt[customer] |= same
    return list(dict.fromkeys(found)), {key: same for key, same in exempt.items() if same}
