"""The bytes of attached files that are erased: noted with the rows, let go of once those are gone for good (HANDBOOK §10)."""

from crmcli.store import attached_files
from crmcli.store.database import Database
from crmcli.store.forgetting.belongings import IS_LISTED
from crmcli.store.settings import remember

_NOTE = "erased-files"


def note_files(db: Database) -> None:
    """Inside the transaction that erases, before its rows go: which bytes they name."""
    sql = f"SELECT DISTINCT digest FROM attachment WHERE id IN {IS_LISTED.format(table='attachment')} ORDER BY digest"
    found = [digest for (digest,) in db.connection.execute(sql)]
    if found:
        remember(db, _NOTE, " ".join(dict.fromkeys([*_noted(db), *found])))


def drop_files(db: Database) -> None:
    """Inside a transaction after that: let go of them, but for what other rows name; nobody can be about to name one."""
    noted = _noted(db)
    if not noted:
        return
    folder = attached_files.folder_of(db.path)
    attached_files.drop_copies(folder)
    attached_files.drop(folder, [digest for digest in noted if not _is_named(db, digest)])
    db.run("drop_meta", of=_NOTE)


def files_left(db: Database, customer: int) -> list[int]:
    """After looking: the keys of the attached files of a customer that stay, and what is written in them with them."""
    sql = f"SELECT id FROM attachment WHERE customer_id = ? AND id NOT IN {IS_LISTED.format(table='attachment')} ORDER BY id"
    return [key for (key,) in db.connection.execute(sql, (customer,))]


def _noted(db: Database) -> list[str]:
    found = {row["name"]: row["value"] for row in db.rows("meta")}
    return str(found.get(_NOTE, "")).split()


def _is_named(db: Database, digest: str) -> bool:
    row = db.row("digest_is_named", digest=digest)
    return bool(row and row["found"])
