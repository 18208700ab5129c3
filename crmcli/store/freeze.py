"""Compiles the models and statements to `frozen.py` and `frozen_schema.py`, which everyday commands run (`make freeze`, DESIGN §2)."""

import re
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from pprint import pformat
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from crmcli.store import models, statements, triggers

HERE = Path(__file__).parent
_DIALECT = sqlite.dialect(paramstyle="named")


def text_of(statement: Any) -> str:
    """The SQLite text of a statement on one line, its parameters as `:name`, constants written out."""
    compiled = statement.compile(dialect=_DIALECT)
    sql = str(compiled)
    for name, value in (compiled.params or {}).items():
        if value is not None:
            sql = _write_out(sql, name, value)
    return " ".join(sql.split())


def _write_out(sql: str, name: str, value: Any) -> str:
    written = "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)
    return re.sub(rf":{re.escape(name)}\b", lambda _: written, sql)


def cut_predicate(base: Select[Any], predicate: ColumnElement[bool]) -> str:
    """The text of `predicate` as it stands inside `base`, correlated as it is there."""
    whole, without = text_of(base.where(predicate)), text_of(base)
    head = f"{without} AND "
    if not whole.startswith(head):
        raise AssertionError(f"not a suffix of its base: {whole}")
    return whole[len(head) :]


def cut_where_it_fits(bases: Sequence[Select[Any]], predicate: ColumnElement[bool]) -> str:
    """The text of `predicate` inside the first of `bases` that has all tables it mentions."""
    for base in bases[:-1]:
        with suppress(AssertionError):
            return cut_predicate(base, predicate)
    return cut_predicate(bases[-1], predicate)


def cut_field(base: Select[Any], field: Any) -> str:
    """The text of a column or scalar subquery as it stands inside `base`."""
    marked = cut_predicate(base, field == literal_column("'cut here'"))
    return marked.removesuffix(" = 'cut here'")


def operator_template(operator: str) -> str:
    """What an operator means, with `{field}` and `{value}` left open."""
    slot: Any = literal_column("{field}")
    value: Any = literal_column("{value}")
    return text_of(statements.compare(slot, operator, value))


def schema() -> list[str]:
    """What makes an empty file, triggers aside: tables, indexes, first keys."""
    made = []
    for table in models.metadata.sorted_tables:
        made.append(text_of(CreateTable(table)))
        made += sorted(text_of(CreateIndex(index)) for index in table.indexes)
    made.append(models.SEARCH_INDEX)
    for table in models.metadata.sorted_tables:
        if table.name in KEYED:
            made.append(f"INSERT INTO key_range (row_table, next) VALUES ('{table.name}', 1)")
    return made


KEYED = sorted({model.__table__.name for model in models.LOGGED} | {"change"})  # type: ignore[attr-defined]


def tables() -> dict[str, dict[str, Any]]:
    """Per logged table: its columns with default, limit and whether derived, and what its rows depend on."""
    made: dict[str, dict[str, Any]] = {}
    for model in models.LOGGED:
        table = model.__table__  # type: ignore[attr-defined]
        made[table.name] = {
            "columns": {
                column.name: (_default(model, column.name), column.info.get("limit"))
                for column in table.columns
            },
            "derived": [c.name for c in table.columns if c.info.get("derived")],
            "links": {
                c.name: next(iter(c.foreign_keys)).column.table.name
                for c in table.columns
                if c.foreign_keys
            },
        }
    return made


def _default(model: Any, column: str) -> Any:
    default = model.model_fields[column].default
    return default if isinstance(default, int | str) else None


def generate() -> dict[str, str]:
    """The texts of `frozen.py`, which every command reads, and of `frozen_schema.py`, which those that make or mend files do."""
    base = statements.BASES["due_tasks"]
    records = (
        "key_dates",
        "responds",
        "plan_steps",
        "promises",
        "surveys",
        "reviews",
        "deals",
        "contract_reviews",
        "payments",
        "risks",
    )
    joining = [base, *(statements.BASES[f"due_{name}"] for name in records)]
    joining.append(statements.BASES["sieved_documents"])
    sections = {
        "SCHEMA_VERSION": models.SCHEMA_VERSION,
        "TABLES": tables(),
        "STATEMENTS": {name: text_of(s) for name, s in sorted(statements.statements().items())},
        "BASES": {name: text_of(s) for name, s in sorted(statements.BASES.items())},
        "PREDICATES": {
            name: cut_where_it_fits(joining, condition)
            for name, condition in sorted(statements.PREDICATES.items())
        },
        "FIELDS": {n: cut_field(base, f) for n, f in sorted(statements.WHERE_FIELDS.items())},
        "OPERATORS": {operator: operator_template(operator) for operator in statements.OPERATORS},
    }
    files = {"SCHEMA": schema(), "TRIGGERS": triggers.all_triggers()}
    return {"frozen.py": _written(sections), "frozen_schema.py": _written(files)}


def _written(sections: Mapping[str, Any]) -> str:
    lines = [
        '"""Generated by `make freeze` from models.py and statements.py; never edited by hand."""'
    ]
    if "TABLES" in sections:
        lines += ["", "from typing import Any"]
    for name, value in sections.items():
        annotation = ": dict[str, Any]" if name == "TABLES" else ""
        lines += ["", f"{name}{annotation} = {pformat(value, width=160, sort_dicts=False)}"]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write them; with `--check` only say whether one is stale."""
    fresh = {HERE / name: text for name, text in generate().items()}
    if "--check" in sys.argv:
        return int(any(not path.exists() or path.read_text(encoding="utf-8") != text for path, text in fresh.items()))  # fmt: skip
    for path, text in fresh.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
