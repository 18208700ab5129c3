"""What many commands show on one real terminal: one process runs them all, for starting each takes longer than running it."""

import json
import os
import re
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from unittest import mock

from crmcli.commands.demo import _fill
from crmcli.context import Context
from tests.contract.program import on_terminal
from tests.support import words

READING = (
    "", "due --days 30", "due --days 30 --explain", "due --why c1", "triage", "triage --why n20", "show c1", "show c1 --brief",
    "show c2", "show n1", "show d1", "show k1", "show o1", "show s1", "show h1", "find 精", "find a --limit 20", "list-customers",
    "history", "history c1", "pipeline", "tiers", "survey --list", "survey --script", "archive --list", "archive --due", "kb",
    "config list", "segment list", "doctor", "doctor --duplicates", "attach c1 --list", "report all", "report value --period 2026-10",
    "due --notify --dry-run", "schedule show", "--help", "due --help", "log-contact --help", "report --help",
)  # fmt: skip
"""Every command that reads, as a person at a terminal types it."""


@cache
def _demo(actor: str) -> bytes:
    with mock.patch.dict(os.environ, {"CRM_ACTOR": actor}):
        demo = Context(["demo"])
        demo.write()
        _fill(demo)
        demo.close()
    return Path(os.environ["CRM_DB"]).read_bytes()


def fill_with_demo(actor: str = "tester") -> None:
    """Make the test's file the demo's, which is made once."""
    path = Path(os.environ["CRM_DB"])
    path.write_bytes(_demo(actor))
    path.chmod(0o600)  # or it would be said that others can read it


def without_colours(screen: str) -> str:
    """What is seen of it at last: without what a terminal obeys, and of what moves only where it came to rest."""
    seen = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen)
    return "\n".join(line.rpartition("\r")[2] for line in seen.split("\n"))


_BETWEEN = "\x1e"
"""Stands on the terminal after each command: crm itself never writes it."""

_RUN_EACH = f"""
import json, sys
from crmcli.app import run
for line in json.loads(sys.argv[1]):
    try:
        run(line)
    except SystemExit as end:
        assert not end.code, (line, end.code)
    sys.stdout.write({_BETWEEN!r})
    sys.stdout.flush()
"""


def screens(
    commands: Sequence[str | Sequence[str]], columns: int, **changes: str | None
) -> list[str]:
    """What each of the commands, which only read, leaves on a terminal of so many columns, colours and messages included."""
    lines = json.dumps([words(command) for command in commands])
    program = (sys.executable, "-c", _RUN_EACH)
    _code, shown = on_terminal([lines], columns, program=program, **changes)
    *each, rest = shown.split(_BETWEEN)
    assert (len(each), rest) == (len(commands), ""), shown[-2000:]
    return each
