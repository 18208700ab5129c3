"""The change log's triggers, generated from the models (DESIGN §3; SQLite's own undo/redo page is the model).

An insert is logged by key, since the row is its own after-image; an update by its changed columns' old and new
values, derived columns left out; an erased row whole, for only another program erases rows.
"""

from typing import Any

from crmcli.store import models

_OPEN = "(SELECT id FROM open_change)"


def _log(table: str, row: str, action: str, before: str = "NULL", after: str = "NULL") -> str:
    return (
        "INSERT INTO change_row (change_id, row_table, row_id, action, before, after) "
        f"VALUES ({_OPEN}, '{table}', {row}.id, '{action}', {before}, {after});"
    )


def _changed(columns: list[str], side: str) -> str:
    pairs = " UNION ALL ".join(
        f'SELECT \'{name}\' AS n, OLD."{name}" AS o, NEW."{name}" AS w' for name in columns
    )
    return f"(SELECT json_group_object(n, {side}) FROM ({pairs}) WHERE o IS NOT w)"


def _whole(columns: list[str]) -> str:
    pairs = ", ".join(f"'{name}', OLD.\"{name}\"" for name in columns)
    return f"json_object({pairs})"


def of_table(table: Any) -> dict[str, str]:
    """The three triggers of one table, by name."""
    name = table.name
    base = [c.name for c in table.columns if not c.info.get("derived") and c.name != "id"]
    differs = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in base)
    quoted = ", ".join(f'"{column}"' for column in base)
    return {
        f"log_{name}_insert": f"CREATE TRIGGER log_{name}_insert AFTER INSERT ON {name} "
        f"BEGIN {_log(name, 'NEW', 'insert')} END",
        f"log_{name}_update": f"CREATE TRIGGER log_{name}_update AFTER UPDATE OF {quoted} ON {name} "
        f"WHEN {differs} "
        f"BEGIN {_log(name, 'NEW', 'update', _changed(base, 'o'), _changed(base, 'w'))} END",
        f"log_{name}_erase": f"CREATE TRIGGER log_{name}_erase AFTER DELETE ON {name} "
        f"BEGIN {_log(name, 'OLD', 'erase', _whole(base))} END",
    }


def all_triggers() -> dict[str, str]:
    """Every trigger of the change log, by name."""
    made: dict[str, str] = {}
    for model in models.LOGGED:
        made.update(of_table(model.__table__))  # type: ignore[attr-defined]
    return made
