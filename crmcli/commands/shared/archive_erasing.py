"""What `crm forget` does to sealed dossiers: those that hold what is erased are sealed anew without it (HANDBOOK §10).

`holding` before the rows are erased; `erase` after, in the same transaction; then `Archive.settle`, or `withdraw` when it
failed. Of a dossier in which nothing is left, a note remains that there was one.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from crmcli.commands.shared import dossiers as making
from crmcli.commands.shared.archiving import Archive
from crmcli.commands.shared.dossiers import JSON, Asked
from crmcli.context import Context
from crmcli.exchange import dossier_folder
from crmcli.rules.periods import read_period
from crmcli.store import dossiers, former
from crmcli.store.dossiers import Sealed


def holding(
    crm: Context,
    archive: Archive,
    customers: Collection[int],
    is_meant: Callable[[int, str], bool],
) -> list[Sealed]:
    """The dossiers of these customers, and all others with a text in them of which `is_meant` is true, given whose it is."""
    return [
        one
        for one in dossiers.all_sealed(crm.db)
        if one.customer_id in customers
        or any(is_meant(one.customer_id, text) for text in _texts(archive.found_at(one)))
    ]


def copies(archive: Archive, holds: Callable[[str], bool]) -> list[Path]:
    """The folders in the archive that are none of the file's dossiers, with a text of which `holds` is true: not ours to change."""
    places = [archive.folder / name for name in archive.unknown()]
    return [place for place in places if any(map(holds, _texts(place)))]


def _texts(place: Path) -> Iterator[str]:
    """Every text in a dossier; of one that is damaged its bytes as one."""
    found = dossier_folder.content_of(place, JSON)
    if found is None:
        for name in dossier_folder.names_in(place):
            yield dossier_folder.text_of(place, name)
    yield from _texts_in(found)


def _texts_in(value: Any) -> Iterator[str]:
    """The names of fields are ours, and in every dossier; but for those that users made."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _texts_in(one)
            if name == "fields" and isinstance(one, dict):
                yield from one
    elif isinstance(value, list):
        for one in value:
            yield from _texts_in(one)


def erase(crm: Context, archive: Archive, lines: Sequence[Sealed]) -> list[str]:
    """Inside the transaction: seal them anew from what the file still holds.

    Names the folders that stay as they are, for others put files into them.
    """
    archive.sweep()
    strange = []
    for one in lines:
        if archive.erase(one, _remains(crm, one)):
            strange.append(str(archive.place_of(one)))
    return strange


def _remains(crm: Context, line: Sealed) -> Asked | None:
    """Whose dossier is to be made anew; None when that customer is gone."""
    row = crm.db.row("customer_by_id", id=line.customer_id)
    if row is None or row["deleted_at"]:
        row = former.heir_of(crm.db, line.customer_id)
    if row is None:
        return None
    period = read_period(line.period, crm.today)
    asked = Asked(row, period, making.within(crm, period))
    dossiers.gather_log(crm.db, asked.within)
    return asked
