"""What reminders have said, by item and channel, and the one that may say something now (CLI.md, Reminders)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta

from crmcli.errors import CrmError, StoreError
from crmcli.rules.reminding import Told
from crmcli.store.database import Database, as_list

ToldBy = Mapping[str, Mapping[str, Told]]
"""By item and channel."""

_KEPT = timedelta(days=800)
"""How long it is remembered what was said of items that no longer are."""

_PATIENCE = 120.0


def told(db: Database, refs: Iterable[str]) -> ToldBy:
    """What was last said of these items, through each channel, the newest last."""
    found: dict[str, dict[str, Told]] = defaultdict(dict)
    for row in db.rows("reminders_of", refs=as_list(refs)):
        said = Told(row["step"], date.fromisoformat(row["said_on"]), row["near"])
        found[row["ref"]][row["channel"]] = said
    return found


def remember(db: Database, channel: str, said: Mapping[str, Told], at: str) -> None:
    """Inside a transaction: these items were said through this channel at the instant `at`."""
    for ref, one in said.items():
        db.run("drop_reminder", of=ref, by=channel)
        db.run(
            "insert_reminder",
            ref=ref,
            channel=channel,
            step=one.step,
            said_on=one.on.isoformat(),
            near=one.near,
            at=at,
        )
        newest = one.on
    db.run("drop_old_reminders", before=(newest - _KEPT).isoformat())


@contextmanager
def alone(path: str) -> Iterator[None]:
    """Only one process at a time says something: two would say it twice. Others wait until it has finished or died."""
    from filelock import FileLock, Timeout

    lock = FileLock(f"{path}-notify.lock", timeout=_PATIENCE, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise CrmError(
            "another crm is still sending reminders after {seconds} seconds; see what it waits for",
            seconds=int(_PATIENCE),
        ) from None
    except OSError as error:
        raise StoreError(
            "{path} cannot be made ({reason}); make its folder writable",
            path=lock.lock_file,
            reason=error.strerror or error,
        ) from None
    try:
        yield
    finally:
        lock.release()
