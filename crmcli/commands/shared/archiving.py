"""The archive folder and its book kept in step: sealing, erasing and removing dossiers (HANDBOOK §10).

Each step is safe from a kill: a folder is written under a hidden name, the book says in one transaction what is sealed
or gone, and only then the folder gets, or loses, its name. Whoever comes next with the file's write lock finishes what
was left (docs/decisions/0024-dossiers.md).
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from crmcli.commands.shared import dossiers as making
from crmcli.commands.shared.dossiers import FILES, JSON, Asked, Item
from crmcli.context import Context
from crmcli.durable import try_sync_folder
from crmcli.errors import CrmError
from crmcli.exchange import dossier_folder
from crmcli.exchange.dossier_folder import Content
from crmcli.exchange.dossier_names import folded, folder_name, numbered_name
from crmcli.output.shapes import Privacy
from crmcli.rules.periods import Period
from crmcli.rules.references import ref
from crmcli.store import dossiers
from crmcli.store.dossiers import Sealed

_NEW = "new-"
Ask = Callable[[], Period]
"""The period meant; asked once the file is open and its day known."""


class Outcome(NamedTuple):
    """What became of one dossier: where it lies, what stands in it, and False when it was there already."""

    path: Path
    item: Item
    sealed_at: str
    digest: str | None
    is_new: bool


class Archive:
    """The archive of the open file. What writes is called inside a transaction, and `settle` after it."""

    def __init__(self, crm: Context) -> None:
        self.crm = crm
        self.home = Path(crm.path).resolve().parent
        chosen = os.path.expanduser(crm.settings.get("archive.folder"))  # noqa: PTH111, survives a missing HOME
        self.folder = Path(os.path.normpath(self.home / chosen))  # an absolute one stays itself
        tag = hashlib.sha256(os.fsencode(Path(crm.path).resolve())).hexdigest()[:8]
        self._hidden = f".crm-{tag}-"
        self._moves: list[tuple[Path, Path]] = []
        self._removals: list[Path] = []

    # --- places ---

    def place_of(self, sealed: Sealed) -> Path:
        """Where a dossier of the book lies."""
        return self.home / sealed.path

    def found_at(self, sealed: Sealed) -> Path:
        """The same; under its hidden name when the one who sealed it was killed before it got its own."""
        place = self.place_of(sealed)
        hidden = self._hidden_at(place.parent, sealed.digest)
        return hidden if not os.path.lexists(place) and dossier_folder.is_folder(hidden) else place

    def _path_in_book(self, place: Path) -> str:
        """Below the data folder as seen from there, so that it may be moved."""
        if place.is_relative_to(self.home):
            return place.relative_to(self.home).as_posix()
        return str(place)

    def _hidden_at(self, folder: Path, digest: str) -> Path:
        return folder / f"{self._hidden}{digest}"

    @cached_property
    def _taken(self) -> set[str]:
        """Every name in the folder, and of the book's even where they are gone; folded."""
        names = {folded(name) for name in dossier_folder.names_in(self.folder)}
        for sealed in dossiers.all_sealed(self.crm.db):
            names.add(folded(Path(sealed.path).name))
        return names

    # --- sealing ---

    def seal(
        self, asked: Asked, reason: str | None = None, dry_run: bool = False
    ) -> Outcome | None:
        """Seal one dossier; what holds the same already stays as it is. None when nothing happened in the period."""
        db, customer = self.crm.db, asked.customer
        item = making.content(self.crm, asked, Privacy(masking=False))
        if making.is_empty(item):
            return None
        earlier = [
            one
            for one in dossiers.all_sealed(db, [customer["id"]])
            if one.period == asked.period.name
        ]
        if earlier and self._holds(newest := earlier[-1], item):
            dossiers.catch_up(db, customer["id"], asked.period.name)
            place = self.place_of(newest)
            return Outcome(place, item, newest.sealed_at, newest.digest, is_new=False)
        ours = {folded(Path(one.path).name) for one in earlier}
        reference = str(ref("customer", customer["id"]))
        name = folder_name(
            customer["name"],
            reference,
            asked.period,
            self._taken.__contains__,
            ours.__contains__,
        )
        place = self.folder / name
        if dry_run:
            return Outcome(place, item, self.crm.clock.instant, None, is_new=True)
        digest = self._write(making.files(self.crm, item, asked.period, masked=False), place)
        self._taken.add(folded(name))
        line = Sealed(
            0, customer["id"], asked.period.name, asked.within.begin_day, asked.within.end_day,
            self._path_in_book(place), digest, self.crm.clock.instant, None, 0,
        )  # fmt: skip
        dossiers.enter(db, line, self.crm.actor, reason)
        return Outcome(place, item, line.sealed_at, digest, is_new=True)

    def _holds(self, sealed: Sealed, item: Item) -> bool:
        """True when it is whole and holds the same."""
        if sealed.erased_at:
            return False
        place = self.found_at(sealed)
        if dossier_folder.problems(place, sealed.digest):
            return False
        return making.is_same(dossier_folder.content_of(place, JSON), item)

    def _write(self, files: dict[str, Content], place: Path) -> str:
        """All of it on disk under a hidden name, to be moved to its place once the book says so; the manifest's digest."""
        dossier_folder.make_folder(place.parent)
        manifest = files[dossier_folder.MANIFEST]
        assert isinstance(manifest, bytes)
        digest = dossier_folder.digest_of(manifest)
        draft = dossier_folder.write_draft(place.parent, f"{self._hidden}{_NEW}", files)
        hidden = self._hidden_at(place.parent, digest)
        dossier_folder.move(draft, hidden)
        self._moves.append((hidden, place))
        return digest

    # --- leaving ---

    def put_aside(self, sealed: Sealed) -> list[str]:
        """Take a dossier's folder out of sight; `settle` removes it. What others put into it is named, and it stays."""
        place = self.found_at(sealed)
        if not os.path.lexists(place):
            return []
        listed = (
            (*FILES, *dossier_folder.files_in(place)) if dossier_folder.is_folder(place) else ()
        )
        if strange := dossier_folder.extras(place, listed) if listed else []:
            return strange
        hidden = self._hidden_at(place.parent, sealed.digest)
        if place != hidden:
            dossier_folder.move(place, hidden)
        self._removals.append(hidden)
        return []

    def erase(self, sealed: Sealed, remains: Asked | None) -> list[str]:
        """Seal a dossier anew without what was erased meanwhile: what `remains` of it, or only a note that it was.

        All that others put into the folder is named, and stays.
        """
        strange = self.put_aside(sealed)
        if strange:
            return strange
        wanted = f"{ref('customer', sealed.customer_id)}_{sealed.period}_erased"
        name = numbered_name(wanted, self._taken.__contains__)
        files = self._left(sealed, remains, name)
        place = self.place_of(sealed).with_name(name)
        digest = self._write(files, place)
        self._taken.add(folded(name))
        dossiers.reseal(self.crm.db, sealed, self._path_in_book(place), digest, self.crm.clock.instant)  # fmt: skip
        return []

    def _left(self, sealed: Sealed, remains: Asked | None, name: str) -> dict[str, Content]:
        """Of several in which the same is left each is named, so that each has a digest of its own."""
        if remains:
            item = making.content(self.crm, remains, Privacy(masking=False))
            if not making.is_empty(item):
                return making.files(self.crm, item, remains.period, masked=False, name=name)
        return making.note(self.crm, sealed, name)

    def settle(self) -> None:
        """After the transaction: folders get the names that the book has for them, and what is gone from it goes."""
        for here, there in self._moves:
            self._finish(here, there)
        for gone in self._removals:
            dossier_folder.remove(gone)
        for folder in {path.parent for path in (*(to for _, to in self._moves), *self._removals)}:
            try_sync_folder(folder)
        self._moves.clear()
        self._removals.clear()

    def withdraw(self) -> None:
        """Instead, when the transaction failed: all as it was."""
        if not (self._moves or self._removals):
            return
        self._moves.clear()
        self._removals.clear()
        with suppress(CrmError), self.crm.db.transaction():
            self.sweep()

    def _finish(self, here: Path, there: Path) -> None:
        try:
            dossier_folder.move(here, there)
        except CrmError:
            if os.path.lexists(here):  # else somebody finished it meanwhile
                raise

    def sweep(self) -> None:
        """With the write lock held: finish or remove what killed ones left under hidden names."""
        for name in list(dossier_folder.names_in(self.folder)):
            if not name.startswith(self._hidden):
                continue
            path, digest = self.folder / name, name.removeprefix(self._hidden)
            sealed = None if digest.startswith(_NEW) else dossiers.with_digest(self.crm.db, digest)
            if sealed and not os.path.lexists(self.place_of(sealed)):
                with suppress(CrmError):
                    dossier_folder.move(path, self.place_of(sealed))
            else:
                dossier_folder.remove(path)

    # --- what is not in the book ---

    def unknown(self) -> Iterator[str]:
        """Folders that say they are dossiers, and are none of the book's."""
        known = {self.place_of(one) for one in dossiers.all_sealed(self.crm.db)}
        for name in sorted(dossier_folder.names_in(self.folder)):
            path = self.folder / name
            if not name.startswith(".") and path not in known and dossier_folder.facts_in(path):
                yield name


def whose(crm: Context, customer: int) -> list[int]:
    """The keys under which a customer's dossiers may have been sealed."""
    return dossiers.keys_of(crm.db, customer)


def all_of(crm: Context, customer: int | None) -> Iterable[Sealed]:
    """The dossiers of one customer and of those that went into it, or all."""
    return dossiers.all_sealed(crm.db, None if customer is None else whose(crm, customer))
