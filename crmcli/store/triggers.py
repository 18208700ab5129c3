"""The change log's triggers, generated from the models (DESIGN §3; SQLite's own undo/redo page is the model).

An insert is logged by key, since the row is its own after-image; an update by its changed columns' old and new
values, derived columns left out; an erased row whole, for only another program erases rows.
"""

from typing import Any

from crmcli.store import models

_OPEN = "(SELECT id FROM open_change)"
_INTO = "INSERT INTO change_row (change_id, row_table, row_id, action, before, after)"


def of_table(table: Any) -> dict[str, str]:
    """The three triggers of one table, by name. They are short, for SQLite reads them whenever it opens the file."""
    name = table.name
    base = [c.name for c in table.columns if not c.info.get("derived") and c.name != "id"]
    quoted = ",".join(f'"{column}"' for column in base)
    triples = ",".join(f'(\'{column}\',OLD."{column}",NEW."{column}")' for column in base)
    # SQLite 3.40 names the columns of VALUES only behind a SELECT that does.
    changed = f"SELECT NULL n,NULL o,NULL w WHERE 0 UNION ALL VALUES {triples}"
    whole = ",".join(f"'{column}',OLD.\"{column}\"" for column in base)
    return {
        f"log_{name}_insert": f"CREATE TRIGGER log_{name}_insert AFTER INSERT ON {name} BEGIN "
        f"{_INTO} VALUES ({_OPEN}, '{name}', NEW.id, 'insert', NULL, NULL); END",
        # Grouped, so that an update that changes nothing logs nothing.
        f"log_{name}_update": f"CREATE TRIGGER log_{name}_update AFTER UPDATE OF {quoted} ON {name} BEGIN "
        f"{_INTO} SELECT {_OPEN}, '{name}', NEW.id, 'update', "
        "json_group_object(n, o), json_group_object(n, w) "
        f"FROM ({changed}) WHERE o IS NOT w GROUP BY NULL; END",
        f"log_{name}_erase": f"CREATE TRIGGER log_{name}_erase AFTER DELETE ON {name} BEGIN "
        f"{_INTO} VALUES ({_OPEN}, '{name}', OLD.id, 'erase', json_object({whole}), NULL); END",
    }


def all_triggers() -> dict[str, str]:
    """Every trigger of the change log, by name."""
    made: dict[str, str] = {}
    for model in models.LOGGED:
        made.update(of_table(model.__table__))  # type: ignore[attr-defined]
    return made
