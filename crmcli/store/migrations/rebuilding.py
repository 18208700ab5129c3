"""Making a table anew with other columns, as SQLite's manual advises."""

from collections.abc import Mapping

from alembic import op


def rebuild(table: str, create: str, values: Mapping[str, str]) -> None:
    """Replace `table` by what `create` (its CREATE TABLE text) makes, keeping its rows.

    A column takes the column of the same name, or the SQL expression over the old row that `values` has for it.
    Indexes and triggers of the table are gone afterwards.
    """
    connection = op.get_bind()
    before = {row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")}
    connection.exec_driver_sql(
        create.replace(f"CREATE TABLE {table} ", f"CREATE TABLE new_{table} ", 1)
    )
    after = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info(new_{table})")]
    kept = [name for name in after if name in before or name in values]
    columns = ", ".join(kept)
    taken = ", ".join(values.get(name, name) for name in kept)
    connection.exec_driver_sql(f"INSERT INTO new_{table} ({columns}) SELECT {taken} FROM {table}")
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(f"ALTER TABLE new_{table} RENAME TO {table}")
