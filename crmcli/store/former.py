"""What customers were known by that were merged into others: all of it leads to the customer that was kept."""

from collections.abc import Sequence

from crmcli.store.database import Database, Row, as_list


def heir_of(db: Database, key: int) -> Row | None:
    """The live customer that the one with this key was merged into; None when it was not merged."""
    found = _customers(db, db.rows("former_by_id", id=key))
    return found[0] if found else None


def with_external_id(db: Database, text: str) -> list[Row]:
    """The live customers that one with this external id was merged into."""
    return _customers(db, db.rows("former_by_external_id", text=text))


def with_uscc(db: Database, text: str) -> list[Row]:
    """The live customers that one with this credit code was merged into."""
    return _customers(db, db.rows("former_by_uscc", text=text))


def called(db: Database, key: str) -> list[Row]:
    """The live customers that one was merged into whose name or short name had this normal form."""
    return _customers(db, db.rows("former_by_name", text=key))


def _customers(db: Database, found: Sequence[Row]) -> list[Row]:
    if not found:
        return []
    keys = as_list(row["customer_id"] for row in found)
    return sorted(db.rows("customers_by_ids", ids=keys), key=lambda row: int(row["id"]))
