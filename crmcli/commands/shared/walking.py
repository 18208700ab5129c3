"""Going through a list at a terminal, one thing at a time and one key an answer (CLI.md, `--walk`).

What a key does is a command of its own, run here: what it checks, writes and tells is the same, and so is how it is
undone. Nothing is held open while a person thinks.
"""

import shlex
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from crmcli.commands.shared.asking import BACK
from crmcli.context import Context
from crmcli.errors import BadValue, CrmError
from crmcli.locale import N_, _
from crmcli.output.table import gathered

ON, STAY, BACKWARDS, STOP = "on", "stay", "backwards", "stop"
"""Where a key leads: to the next thing, to the same one again, to the one before, to the end."""


class Key(NamedTuple):
    """A key, its word beside it, what it does in a line, and the doing, which says where it leads."""

    key: str
    word: str
    help: str
    act: Callable[[], str]


class Stop(NamedTuple):
    """One thing as it is shown, and the keys that are its own."""

    lines: Sequence[str]
    keys: Sequence[Key]


class Walk:
    """One walk through `count` things. `stop_at` looks at one by its place; None for one that is settled meanwhile."""

    def __init__(
        self,
        crm: Context,
        count: int,
        stop_at: Callable[[int], Stop | None],
        skip: str,
        undo: str,
    ) -> None:
        self._crm = crm
        self._count = count
        self._stop_at = stop_at
        self._place = 0
        self._made: list[tuple[int, int, str]] = []  # change, place, what it was
        self._touched: set[int] = set()
        self._common = (
            Key(skip, N_("skip"), N_("on to the next; Enter does the same"), lambda: ON),
            Key("b", N_("back"), N_("back to the one before"), lambda: BACKWARDS),
            Key(undo, N_("undo"), N_("take back the last thing done in this walk"), self._take_back),
            Key("?", N_("help"), N_("what the keys do"), lambda: STAY),
            Key("q", N_("quit"), N_("stop here; what is done stays done"), lambda: STOP),
        )  # fmt: skip

    def go(self) -> None:
        """Walk to the end or until it is stopped, and say what was done, even when it is broken off."""
        try:
            self._go()
        except KeyboardInterrupt:
            self._crm.screen.note("")
            raise
        finally:
            self._crm.close()
            self._sum_up()

    def run(self, done: str, command: str, arguments: Sequence[str], how: Callable[..., Any], **given: Any) -> bool:  # fmt: skip
        """Run a command as if `crm command arguments` had been typed; True when it worked.

        What is refused is said, with the line that would do it, so that nothing typed is lost. `done` is counted.
        """
        crm, was = self._crm, self._crm.arguments
        crm.arguments = [command, *arguments]
        before = len(crm.changes_made)
        try:
            how(_Called(crm), **given)
        except CrmError as error:
            crm.screen.note(error.sentence(_))
            if not isinstance(error, BadValue):  # which is asked for again
                self._say_not_done()
            return False
        except KeyboardInterrupt:
            crm.screen.note("")
            self._say_not_done()
            raise
        finally:
            crm.arguments = was
            crm.close()
            for number in crm.changes_made[before:]:
                self._made.append((number, self._place, done))
                self._touched.add(self._place)
        return True

    # --- on the way ---

    def _go(self) -> None:
        step = 1
        while 0 <= self._place < self._count:
            stop = self._stop_at(self._place)
            self._crm.close()
            if stop is None:
                if step > 0 and self._place not in self._touched:
                    self._say(_("{place}/{count}  settled meanwhile").format(place=self._place + 1, count=self._count))  # fmt: skip
                self._place += step
            else:
                where = self._answered(stop)
                if where == STOP:
                    return
                step = -1 if where == BACKWARDS else 1
                self._place += {ON: 1, BACKWARDS: -1}.get(where, 0)
            if self._place < 0:
                self._say(_("This is the first one."))
                self._place, step = 0, 1

    def _answered(self, stop: Stop) -> str:
        keys = {one.key: one for one in (*stop.keys, *self._common)}
        self._say("", *stop.lines)
        while True:
            pressed = self._crm.screen.key("\n".join(self._hint(keys.values())))
            chosen = keys.get(pressed or self._common[0].key)
            if chosen is None:
                self._say(_("{key!r} is none of these keys.").format(key=pressed))
            elif chosen.key == "?":
                self._say(*(f"{one.key}  {_(one.help)}" for one in keys.values()))
            else:
                return chosen.act()

    def _hint(self, keys: Any) -> list[str]:
        """`[l] log  [n] skip` in as many lines as the screen needs."""
        parts = [f"[{one.key}] {_(one.word)}" for one in keys]
        return gathered(parts, "  ", (self._crm.screen.room or 80) - 1)

    def _say(self, *lines: str) -> None:
        """Lines that keep to the screen, without moving its cursor."""
        for line in lines:
            self._crm.screen.tell(line)

    def _say_not_done(self) -> None:
        line = shlex.join(["crm", *self._crm.arguments])
        self._crm.screen.note(_("Not done: {command}").format(command=line))

    def _take_back(self) -> str:
        """Take back the last change of this walk, and go to where it was made."""
        if not self._made:
            self._say(_("Nothing was done in this walk yet."))
            return STAY
        from crmcli.commands import undo

        number, place, _done = self._made[-1]
        kept = list(self._made)
        if self.run("", "undo", [f"x{number}"], undo.run, change=f"x{number}"):
            self._made = kept[:-1]
            self._touched = {at for _number, at, _done in self._made}
            self._place = place
        return STAY

    def _sum_up(self) -> None:
        """What was done in this walk, in a line."""
        if not self._made:
            self._say(_("Nothing was changed."))
            return
        counted = Counter(done for _number, _place, done in self._made)
        told = _(", ").join(_(done).format(n=n) for done, n in counted.items())
        self._say(_("In this walk: {told}. crm undo takes it back, the last first.").format(told=told))  # fmt: skip


class _Called:
    """What a command is called with."""

    def __init__(self, crm: Context) -> None:
        self.obj = crm


def ask_until_right(crm: Context, question: str, usual: str, does: Callable[[str], bool]) -> bool:
    """Ask until what is answered works; Enter is the usual answer. False when the person goes back instead."""
    while True:
        said = crm.screen.ask(question)
        if said in BACK or (not said and not usual):
            return False
        if does(said or usual):
            return True
