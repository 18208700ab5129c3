"""Bringing an older file to today's schema: a backup first, then Alembic's revisions, then fresh triggers (DESIGN §2, §3).

SQLite's user_version is the one mark of a file's schema; revision `0001` makes version 1, and so on. Changes logged
before a migration carry their own schema version and cannot be undone after it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crmcli.store import driver, frozen, frozen_schema
from crmcli.store.backup import BEFORE_SCHEMA, Shelf, keep, shelf_beside
from crmcli.store.database import Database
from crmcli.store.opening import ShelfOf

REVISIONS = Path(__file__).with_name("migrations")
_SEARCHED_SINCE = 8
"""The schema since which a record's document in the search index is made as it is now: older files get a new index."""


def upgrade(
    path: str,
    revisions: Path = REVISIONS,
    target: int = frozen.SCHEMA_VERSION,
    shelf_of: ShelfOf = shelf_beside,
) -> Path | None:
    """Migrate the file at `path` to schema `target`, all or nothing; returns the backup that was made first.

    `shelf_of` says where that is kept; None = the file is itself a copy.
    None when there was nothing to back up, or another process has just done it all. SQLite's own errors (explained by
    the caller) when the file cannot be written.
    """
    from sqlalchemy import StaticPool, create_engine
    from sqlalchemy.exc import DBAPIError

    # With an isolation level pysqlite would commit before each DDL statement; our transaction must cover them all.
    opened = driver.connect(path, "mode=rwc")
    engine = create_engine(
        "sqlite://",
        creator=lambda: opened,
        module=driver.module_of(opened),
        poolclass=StaticPool,
    )
    backup = None
    try:
        with engine.connect() as connection:
            # Locked before anything is looked at: of several processes one migrates, and the others find it done.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version >= target:
                connection.exec_driver_sql("ROLLBACK")
                return None
            if version:
                backup = _back_up(Database(opened, path), shelf_of(path))
            _run(connection, list(_between(revisions, version, target)))
            if version < _SEARCHED_SINCE:
                _make_search_anew(connection)
            _forget_dates(connection)
            _renew_triggers(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {target:d}")
            connection.exec_driver_sql("COMMIT")
    except DBAPIError as error:
        raise (error.orig or error) from None
    finally:
        engine.dispose()
    return backup


def _back_up(db: Database, shelf: Shelf | None) -> Path | None:
    """A copy of the locked file as it is."""
    return keep(db, shelf, BEFORE_SCHEMA, f"{frozen.SCHEMA_VERSION}") if shelf else None


def _between(revisions: Path, version: int, target: int) -> Iterator[Any]:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(revisions))
    for number in range(version + 1, target + 1):
        yield scripts.get_revision(f"{number:04d}").module


def _run(connection: Any, modules: list[Any]) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    context = MigrationContext.configure(connection, opts={"render_as_batch": True})
    with Operations.context(context):
        for module in modules:
            _drop_triggers(connection)
            module.upgrade()


def _drop_triggers(connection: Any) -> None:
    names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in names.fetchall():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')


def _make_search_anew(connection: Any) -> None:
    from crmcli.store import search

    search.rebuild(_database(connection))


def _forget_dates(connection: Any) -> None:
    """What is derived is computed anew by whoever opens the file next, for it needs the settings."""
    _database(connection).run("drop_meta", of="fingerprint")


def _database(connection: Any) -> Any:
    from crmcli.store.database import Database

    return Database(connection.connection.driver_connection, "")


def _renew_triggers(connection: Any) -> None:
    _drop_triggers(connection)
    for statement in frozen_schema.TRIGGERS.values():
        connection.exec_driver_sql(statement)
