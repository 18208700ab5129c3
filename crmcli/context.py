"""What every command is handed: settings, clock, calendar, store and output, each made on first use."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from crmcli import config, locale, lunar
from crmcli.clock import Clock
from crmcli.config import Settings
from crmcli.errors import Ambiguous, StoreError
from crmcli.locale import _
from crmcli.rules.rulebook import Rulebook
from crmcli.store import driver
from crmcli.store import settings as stored_settings
from crmcli.store.database import Database
from crmcli.store.opening import (
    begin_new,
    is_missing,
    open_for_reading,
    open_for_writing,
    open_to_others,
    put_in_place,
    rehearse,
)

if TYPE_CHECKING:
    from crmcli.output.days import Days
    from crmcli.output.screen import Screen
    from crmcli.rules.workdays import Calendar
    from crmcli.store.backup import Shelf
    from crmcli.store.changes import Author, Change
    from crmcli.store.database import Row
    from crmcli.store.records import Record
    from crmcli.unlocking import Unlocking


OPEN_TO_OTHERS, KEY_OPEN_TO_OTHERS = "open-to-others", "key-open-to-others"
"""What it is noted as that a user was told of it."""

Meant = TypeVar("Meant")


class Context:
    """One run of `crm`. `arguments` is the command line as typed, for the change log."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.arguments = list(arguments)
        self.asked_db: str | None = None
        self._db: Database | None = None
        self._rehearsing = self._is_large = self._is_list = False
        self._begun: Database | None = None
        self._said: set[str] = set()
        self.changes_made: list[int] = []  # their numbers, in the order they were made
        self.moved: int | None = None  # due dates, when all were recomputed
        driver.ask_for_keys(lambda path, salt: self.unlocking.keys_of(path, salt))

    # --- made on first use ---

    @cached_property
    def path(self) -> str:
        """The database file."""
        return config.database_path(self.asked_db)

    @cached_property
    def screen(self) -> "Screen":
        """Where everything is shown."""
        from crmcli.output.screen import Screen

        return Screen()

    @cached_property
    def unlocking(self) -> "Unlocking":
        """Who finds the keys of encrypted files."""
        from crmcli.unlocking import Unlocking

        return Unlocking(self.ask_passphrase)

    def ask_passphrase(self, path: str) -> str | None:
        """What a person at a terminal types unseen; None when there is nobody to ask."""
        if not is_interactive():
            return None
        return self.screen.ask_secret(_("Passphrase of {path}:").format(path=path))

    @cached_property
    def settings(self) -> Settings:
        """The settings in force in the open file."""
        return Settings(stored_settings.load(self.db))

    @cached_property
    def clock(self) -> Clock:
        """Now and today, in the file's time zone."""
        return Clock(self.settings.get("timezone"))

    @property
    def today(self) -> date:
        """The local day."""
        return self.clock.today

    @cached_property
    def calendar(self) -> "Calendar":
        """Which days are worked."""
        from crmcli.workcalendar import load, parse_days

        country = self.settings.get("calendar.country")
        return load(
            "" if country == "none" else country,
            parse_days(self.settings.get("calendar.days_off")),
            parse_days(self.settings.get("calendar.working_days")),
        )

    @cached_property
    def days(self) -> "Days":
        """How days are told: in words to people on a terminal, as they are stored through a pipe."""
        from crmcli.output.days import Days

        return Days(self.today, lambda: self.calendar, self.screen.is_terminal)

    @cached_property
    def book(self) -> Rulebook:
        """What the rules need to compute stored dates."""
        return Rulebook(
            self.settings.policy(),
            self.calendar,
            self.settings.tiers(),
            self.clock.zone,
            self.settings.get("calendar.hours"),
            self.settings.service_policy,
            lunar.day_of,
        )

    def tier_word(self, tier: str | None) -> str:
        """A tier for people: in Chinese by its own label, where the settings give it one."""
        label = self.settings.stored.get(f"tiers.{tier}.label_zh", "")
        if label and locale.current() == "zh":
            return label
        return _(tier) if tier else ""

    # --- the file ---

    @property
    def db(self) -> Database:
        """The open file; for reading, when nobody opened it otherwise."""
        if self._db is None:
            return self.read()
        return self._db

    def read(self, unattended: bool = False) -> Database:
        """Open the file for looking; a missing one is an empty one, and is not made.

        `unattended` nothing is noted, for cron would mail it each time: what is stale is computed anew where it can be.
        """
        self.close()  # a file is never open twice (store/driver.py)
        self._db = self._open_for_reading()
        self._db.stand_still()
        if self._db.exists and stored_settings.stored_fingerprint(self._db) is None:
            self._compute_first()
        elif self._db.exists and self._is_stale():
            if unattended:
                return self._computed_if_possible()
            self.screen.note(
                _(
                    "The settings or the holidays changed since the due dates were computed; run: crm migrate"
                )
            )
        if not unattended:
            self._say_who_else_has_the_key()
        return self._db

    def _computed_if_possible(self) -> Database:
        try:
            self._compute_first()
        except StoreError:  # read-only, or in use: what was computed before is there to be read
            self.close()
            self._db = self._open_for_reading()
            self._db.stand_still()
        return self.db

    def _compute_first(self) -> None:
        """The dates of a file that has just been migrated have not been computed at all."""
        self.close()
        self._db = self._open_for_writing()
        self.recompute()
        self.close()
        self._db = self._open_for_reading()
        self._db.stand_still()

    def write(
        self,
        dry_run: bool = False,
        is_large: bool = False,
        is_list: bool = False,
        recomputing: bool = True,
    ) -> Database:
        """Open the file for writing; with `dry_run` a copy that is thrown away.

        A missing file is an empty one until the first change makes it, so that a refused command leaves nothing.
        What is large must not grow with what it writes: SQLite sorts that on disk. A list is, and looks itself whether
        what its rows refer to is there. Stale dates are computed first, unless the command does that after it has changed
        what they are computed by.
        """
        self._rehearsing, self._is_large, self._is_list = dry_run, is_large or is_list, is_list
        self.close()
        if dry_run:
            self._db = rehearse(self.path, config.settings_of_the_place)
        elif self._begins_whole:
            self._db = self._begun = begin_new(self.path, config.settings_of_the_place)
        elif is_missing(self.path):
            self._db = self._open_for_reading()
        else:
            self._db = self._open_for_writing()
        self._prepare_for_many()
        if not dry_run:
            self._finish_erasing()
        if recomputing and self._is_stale():
            self.recompute()
        # Locked from here on: what a command decides by must not change before it writes.
        self._db.lock()
        return self._db

    def _make_sure_of_the_file(self) -> None:
        if self._rehearsing or self.db.exists:
            return
        if self._db is not self._begun or not self._begins_whole:
            self.close()
            self._db = self._open_for_writing()
            self._prepare_for_many()
        if is_synced(self.path):
            self.screen.note(
                _(
                    "{path} lies in a synchronised folder: two machines writing at once can damage it."
                ).format(path=self.path)
            )
        if self._is_stale():
            self.recompute()

    @property
    def _begins_whole(self) -> bool:
        """True when the file is to be made at one moment, of all that is put into it."""
        return self._is_large and not os.path.lexists(self.path)

    def put_in_place(self) -> None:
        """What was begun as new is the file from here on."""
        if self._rehearsing or self.db.exists:
            return
        put_in_place(self.db)
        self.close()
        self._db = self._open_for_writing()

    def adopt(self, db: Database) -> None:
        """Take another file's copy for the open file, with its settings and its clock; what is computed is made so."""
        self.close()
        self._db = db
        if self._is_stale():
            self.recompute()

    def _open_for_reading(self) -> Database:
        return open_for_reading(self.path, config.settings_of_the_place, self.shelf_of)

    def _open_for_writing(self) -> Database:
        return open_for_writing(self.path, config.settings_of_the_place, self.shelf_of)

    def shelf(self) -> "Shelf":
        """Where backups of the file are kept, and when it is now, by the file's own clock."""
        return self.shelf_of(self.path, self.clock)

    def shelf_of(self, path: str, clock: Clock | None = None) -> "Shelf":
        """The same of a file that is not open; its clock is not known then, and the machine's does."""
        from crmcli.store.age import sealed_for
        from crmcli.store.backup import Place, Shelf, beside

        now = (clock or Clock(config.local_zone())).now
        places = (Place(*config.backup_place(path)), beside(path))
        keep = int(Settings({}).get("backup.keep"))
        return Shelf(places, keep, now.strftime("%Y%m%d-%H%M%S"), sealed_for(self.recipients))

    @property
    def recipients(self) -> list[str]:
        """For whom backups are sealed."""
        return [name for name in Settings({}).get("backup.recipient").split(",") if name]

    def _finish_erasing(self) -> None:
        """Go on where an earlier `crm forget` was broken off; when others are in the way, the next one does."""
        if stored_settings.uncleaned(self.db):
            from crmcli.store import cleaning

            cleaning.finish(self.db, patience=0.2)

    def _prepare_for_many(self) -> None:
        if self._is_large:
            self.db.sort_on_disk()
        if self._is_list:
            self.db.leave_links_unchecked()

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    # --- what people mean ---

    def customer(self, text: str) -> "Row":
        """The one customer meant; when there are several, a person at a terminal is asked which."""
        from crmcli.store.finding import find_customer

        row = self._the_one(lambda asked: find_customer(self.db, asked), text)
        self._say_heir(text, row)
        return row

    def record(self, text: str) -> "Record":
        """The one record meant, likewise."""
        from crmcli.store.records import find_record

        record = self._the_one(lambda asked: find_record(self.db, asked), text)
        if record.table == "customer":
            self._say_heir(text, record.row)
        return record

    def _say_heir(self, text: str, row: "Row") -> None:
        """Say once who is meant when what was named went into another customer."""
        asked = text.strip().partition(":")[0].lower()
        if asked[:1] != "c" or not asked[1:].isdigit() or int(asked[1:]) == row["id"]:
            return
        if asked not in self._said:
            self._said.add(asked)
            self.screen.note(
                _("{former} was merged into {ref} {name}.").format(
                    former=asked, ref=f"c{row['id']}", name=row["name"]
                )
            )

    def _the_one(self, find: Callable[[str], "Meant"], text: str) -> "Meant":
        try:
            return find(text)
        except Ambiguous as several:
            if not is_interactive():
                raise
            with self.waiting_for_a_person():
                chosen = self.screen.choose(_("Which one?"), several.candidates)
            if chosen is None:
                raise
            return find(several.candidates[chosen].partition(" ")[0])

    @contextmanager
    def waiting_for_a_person(self) -> Iterator[None]:
        """Nobody else is kept waiting meanwhile; what was read may have changed afterwards."""
        was_locked, was_still = self.db.is_locked, self.db.move_on()
        if was_locked:
            self.db.unlock()
        yield
        if was_locked:
            self.db.lock()
        elif was_still:
            self.db.stand_still()

    # --- changes ---

    @cached_property
    def actor(self) -> str:
        """Who is in the change log: the setting, else the login name."""
        chosen = self.settings.get("actor")
        if chosen:
            return chosen
        return _login_name()

    def author(self, reason: str | None = None, happened_on: date | None = None) -> "Author":
        """Who changes, when, by which command line, and why; and when it came about, where that was said."""
        import shlex

        from crmcli.store.changes import Author

        command = shlex.join(["crm", *self.arguments])
        # A path need not be valid text; the log must be.
        command = command.encode("utf-8", "backslashreplace").decode()
        day = happened_on.isoformat() if happened_on else None
        return Author(self.clock.instant, self.actor, command, reason, day)

    @contextmanager
    def change(
        self, reason: str | None = None, happened_on: date | None = None
    ) -> Iterator["Change"]:
        """One numbered change; what it touched is recomputed before it is committed."""
        from crmcli.store.derived import refresh_touched

        with self.bare_change(reason, happened_on) as change:
            yield change
            refresh_touched(self.db, change.touched, self.book)

    @contextmanager
    def bare_change(
        self, reason: str | None = None, happened_on: date | None = None
    ) -> Iterator["Change"]:
        """One numbered change that recomputes what it touched by itself."""
        from crmcli.store.changes import begin, record_event

        self._make_sure_of_the_file()
        with begin(self.db, self.author(reason, happened_on)) as change:
            yield change
        if change.was_written:
            if not self._rehearsing:
                self.changes_made.append(change.number)
            self.put_in_place()
        self.say_guessed_years()
        self._say_who_else_gets_in()
        if self._say_who_else_has_the_key():
            record_event(self.db, self.clock.instant, self.actor, KEY_OPEN_TO_OTHERS)

    def refresh_after_undo(self, change: "Change") -> None:
        """Recompute what an undo touched; everything, when it touched a setting."""
        from crmcli.store.derived import refresh_touched

        if stored_settings.load(self.db) != self.settings.stored:
            self.recompute_inside()
        else:
            refresh_touched(self.db, change.touched, self.book)

    def _say_who_else_has_the_key(self) -> bool:
        """Say that other users can read the key file; True when it had not been said of this file for good."""
        place = self.unlocking.open_to_others if "unlocking" in self.__dict__ else None
        if place is None or self._rehearsing or self.db.row("event_exists", kind=KEY_OPEN_TO_OTHERS):  # fmt: skip
            return False
        if KEY_OPEN_TO_OTHERS not in self._said:
            self._said.add(KEY_OPEN_TO_OTHERS)
            self.screen.note(
                _("Other users can read the key in {path}; close it: chmod 600 {path}").format(
                    path=place
                )
            )
        return True

    def _say_who_else_gets_in(self) -> None:
        """Say once per file that other users of the machine can read it."""
        from crmcli.store.changes import record_event

        is_there = self.db.exists and not self._rehearsing
        found = open_to_others(self.path) if is_there else []
        if not found or self.db.row("event_exists", kind=OPEN_TO_OTHERS):
            return
        record_event(self.db, self.clock.instant, self.actor, OPEN_TO_OTHERS)
        self.screen.note(
            _("Other users of this machine can get at {path}; crm doctor --fix shuts them out.").format(path=found[0][0])
        )  # fmt: skip

    def say_guessed_years(self) -> None:
        """Say once per file and year that a stored date rests on holidays not announced yet (HANDBOOK §8)."""
        from crmcli.store.changes import record_event

        for year in sorted(self.book.guessed):
            kind = f"estimated-{year}"
            if self.db.row("event_exists", kind=kind):
                continue
            record_event(self.db, self.clock.instant, self.actor, kind)
            self.screen.note(
                _(
                    "The holidays of {year} are not announced yet: dates in it are estimated."
                ).format(year=year)
            )

    def confirm(self, say: Callable[[], str], *references: str) -> None:
        """Tell a writer's outcome: what `say` says to a person, the references made, one a line, to a pipe (CLI.md).

        Of a dry run only the sentence, as a message, for nothing was made.
        """
        if self._rehearsing:
            self.screen.note(
                _("Nothing was changed; without --dry-run: {outcome}").format(outcome=say())
            )
        elif self.screen.is_terminal:
            self.screen.tell(say())
        elif references:
            self.screen.say("\n".join(references))

    # --- recomputing ---

    def _fingerprint(self) -> str:
        from crmcli.workcalendar import data_version

        deciding = {
            name: value
            for name, value in self.settings.stored.items()
            if config.key_of(name).decides
        }
        return stored_settings.fingerprint(deciding, data_version())

    def _is_stale(self) -> bool:
        return stored_settings.stored_fingerprint(self.db) != self._fingerprint()

    def recompute(self) -> int:
        """Recompute every stored date in one transaction; returns how many moved."""
        with self.db.transaction():
            self.moved = self.recompute_inside()
        return self.moved

    def recompute_inside(self) -> int:
        """The same inside an open transaction, with the settings as they now are in it."""
        from crmcli.store.derived import refresh_all
        from crmcli.store.tier_due import note_calendar

        for name in ("settings", "clock", "calendar", "book"):
            self.__dict__.pop(name, None)
        moved = refresh_all(self.db, self.book)
        note_calendar(self.db, self.calendar)
        stored_settings.remember_fingerprint(self.db, self._fingerprint())
        return moved


_SYNCED = (
    "dropbox",
    "onedrive",
    "icloud",
    "mobile documents",
    "nutstore",
    "坚果云",
    "google drive",
    "百度网盘",
)


def is_synced(path: str) -> bool:
    """True when the file lies in the folder of a synchronising service."""
    folders = str(Path(path).absolute()).lower()
    return any(name in folders for name in _SYNCED)


def is_interactive() -> bool:
    """True when a person sits at both ends: only then may a command ask."""
    return all(
        stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)
    )


def _login_name() -> str:
    """As `getpass.getuser` finds it, without the terminal's modules, which it imports for passwords."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if found := os.environ.get(name):
            return found
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (KeyError, OSError, ImportError, AttributeError):
        return "unknown"


def debugging() -> bool:
    """True when CRM_DEBUG asks for tracebacks."""
    return bool(os.environ.get("CRM_DEBUG"))
