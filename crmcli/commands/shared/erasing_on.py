"""Going on with an erasure that was broken off between the database and what lies beside it (HANDBOOK §10)."""

from crmcli.commands.shared.archiving import Archive
from crmcli.context import Context
from crmcli.store import cleaning
from crmcli.store.forgetting.attached import drop_files
from crmcli.store.settings import uncleaned


def finish_dossiers(crm: Context) -> None:
    """Remove what an erasure left of dossiers and attached files, if it was killed there; then clean the file. Goes on locked."""
    if uncleaned(crm.db) != cleaning.DOSSIERS:
        return
    with crm.db.transaction():
        Archive(crm).sweep()
        drop_files(crm.db)
        cleaning.mark(crm.db, cleaning.PAGES)
    cleaning.finish(crm.db)
    crm.db.lock()
