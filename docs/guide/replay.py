"""The pages of the guide as what they tell: commands, and what each printed when it was run.

A block marked `console` holds lines that begin with `$ `, each with what it prints; `…` on a line of its own stands for lines
that are not shown. A `crm` alone is run in this process, at a made-up screen of 80 columns without colours, and with
nobody to answer, or as in a pipe, what it prints going to a real `sh`; whatever is more is given to a real `sh`, all of it. A comment `# exit code 3` says how a line ends.

Comments of the page say what else happens:
    <!-- now 2026-11-20T09:00 -->    the clock, from here on
    <!-- demo -->                    the made-up customers take the place of the data
    <!-- file letter.txt -->         the block that follows is that file
    <!-- types l 'they agree' q -->  a person who presses these keys and types these lines sits there for the next command
    <!-- not run: why -->            the block that follows is only read: each `crm` in it must be one that could be run
"""

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from tests.support import is_foreign, run_at_screen, run_in_process

ROOT = Path(__file__).resolve().parents[2]
GUIDE = Path(__file__).resolve().parent
LANGUAGES = {"en": {"LANG": "C.UTF-8"}, "zh": {"LANG": "zh_CN.UTF-8"}}
BEGINS = "2026-11-20T09:00"
REST = "…"

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"^<!-- (now|demo|file|types|not run:)(?: (.*?))? -->$", re.MULTILINE)
_ENDS = re.compile(r" +# (?:exit code|退出码) (\d+)$")
_SHELL = re.compile(r"[|&;<>$`*~]")
_QUOTED = re.compile(r"'[^']*'")
_PIPED = re.compile(r"(crm (?:'[^']*'|[^'|&;<>$`*~])+)\| ((?!.*\bcrm\b).+)")
_KEPT_APART = re.compile(
    r"(?<=/)crm-[0-9a-f]{8}(?=/)"
)  # what the place of a file makes of its name


@dataclass(frozen=True)
class Line:
    """One command of a page, what the page says it prints, and where in the page that stands."""

    command: str
    shown: str
    start: int
    end: int

    @property
    def code(self) -> int:
        """How it is to end."""
        match = _ENDS.search(self.command)
        return int(match[1]) if match else 0

    @property
    def bare(self) -> str:
        """The command without what is said of its end."""
        return _ENDS.sub("", self.command)

    @property
    def is_for_a_shell(self) -> bool:
        """True for what is more than a `crm`."""
        return not re.match(r"crm\b", self.bare) or bool(_SHELL.search(_QUOTED.sub("", self.bare)))


@dataclass(frozen=True)
class Remark:
    """What a comment asks for: `now`, `demo`, `file`, `types` or `not run`, of what, and the block that it is about."""

    kind: str
    about: str
    block: str = ""


def pages(language: str) -> list[Path]:
    """The pages of one language, in their order."""
    return sorted((GUIDE / language).glob("*.md"))


def steps(text: str) -> list[Line | Remark]:
    """What a page tells, in its order."""
    found: list[tuple[int, Line | Remark]] = []
    blocks = list(_BLOCK.finditer(text))
    for comment in _COMMENT.finditer(text):
        kind = comment[1].removesuffix(":")
        after = next((b for b in blocks if b.start() > comment.end()), None)
        body = after[2] if after and kind in ("file", "not run") else ""
        found.append((comment.start(), Remark(kind, comment[2] or "", body)))
    for block in blocks:
        if block[1] == "console":
            found += [(line.start, line) for line in _lines(text, block)]
    return [step for _place, step in sorted(found, key=lambda one: one[0])]


def _lines(text: str, block: re.Match[str]) -> Iterator[Line]:
    starts = [m.start() for m in re.finditer(r"^\$ ", block[2], re.MULTILINE)]
    for start, end in zip(starts, [*starts[1:], len(block[2])], strict=True):
        command, _, shown = block[2][start:end].partition("\n")
        first = block.start(2) + start + len(command) + 1
        yield Line(command.removeprefix("$ "), shown, first, block.start(2) + end)


def blocks_of(text: str, kind: str) -> list[str]:
    """The blocks marked so."""
    return [block[2] for block in _BLOCK.finditer(text) if block[1] == kind]


@contextmanager
def a_place(language: str) -> Iterator[Path]:
    """A home of its own: no setting, file, clock or language of the machine, `crm` on the path, the examples at hand.

    Its path is always as long, for messages are folded by what they hold.
    """
    with _a_folder() as folder, tempfile.TemporaryDirectory(prefix="crm-guide-") as programs:
        home = folder / "home"
        for name in (".local/share/crm", ".config"):
            (home / name).mkdir(parents=True)
        shutil.copytree(ROOT / "examples", home / "examples")
        program = Path(programs, "crm")
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m crmcli "$@"\n')
        program.chmod(0o755)
        environment = _environment(home, language)
        environment["PATH"] = f"{programs}{os.pathsep}{environment['PATH']}"
        with mock.patch.dict(os.environ, environment, clear=True), chdir(home):
            yield home


# In memory if that can be, where no command waits for the disk; the two are as long as each other.
_FOLDERS = (("/dev/shm", "guide-"), ("/tmp", "crm-guide-"), (tempfile.gettempdir(), "crm-guide-"))


@contextmanager
def _a_folder() -> Iterator[Path]:
    where, prefix = next(one for one in _FOLDERS if os.access(one[0], os.W_OK))
    with tempfile.TemporaryDirectory(prefix=prefix, dir=where) as folder:
        yield Path(folder).resolve()


def _environment(home: Path, language: str) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not is_foreign(name)}
    return ours | {
        "HOME": str(home),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "CRM_NOW": BEGINS,
        "CRM_ACTOR": "li",
        "TZ": "Asia/Shanghai",
        **LANGUAGES[language],
    }


def run(line: Line, home: Path, typed: Sequence[str] = ()) -> tuple[int, str]:
    """How it ended, and what it printed, when a person typed that; the home is `~`."""
    if not line.is_for_a_shell:
        code, printed = run_at_screen(line.bare, typed)
    elif piped := _PIPED.fullmatch(line.bare):  # by a real shell it would be the same, more slowly
        ran = run_in_process(piped[1])
        code, printed = _in_a_shell(piped[2], home, ran.out)
        code, printed = code or ran.code, ran.err + printed
    else:
        code, printed = _in_a_shell(line.bare, home)
    printed = printed.replace(str(home), "~")
    return code, "".join(
        f"{one.rstrip()}\n" for one in _KEPT_APART.sub("crm-1f0a9c3b", printed).splitlines()
    )


def _in_a_shell(script: str, home: Path, given: str = "") -> tuple[int, str]:
    done = subprocess.run(
        ["sh", "-c", script],
        input=given.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=home,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout.decode(errors="replace")


def obey(remark: Remark, home: Path, demos: dict[tuple[str, str], bytes]) -> None:
    """Do what a comment asks for; `demos` keeps made-up customers for the next page."""
    if remark.kind == "now":
        os.environ["CRM_NOW"] = remark.about
    elif remark.kind == "file":
        (home / remark.about).write_text(remark.block, encoding="utf-8")
    elif remark.kind == "demo":
        wanted = (os.environ["LANG"], os.environ["CRM_NOW"])
        place = home / ".local/share/crm/crm.db"
        if wanted not in demos:
            demos[wanted] = _demo()
        place.write_bytes(demos[wanted])
        place.chmod(0o600)


def _demo() -> bytes:
    from crmcli import locale
    from crmcli.commands.demo import _fill
    from crmcli.context import Context

    locale.use(locale.choose())
    crm = Context(["demo"])
    with redirect_stderr(io.StringIO()):
        crm.write()
        _fill(crm)
    path = Path(crm.path)
    crm.close()
    content = path.read_bytes()
    path.unlink()
    return content


def fits(shown: str, printed: str) -> bool:
    """Whether a page may show that for what was printed."""
    if REST not in (lines := shown.splitlines()):
        return shown == printed
    return fresh(shown, printed) == shown and len(printed.splitlines()) >= len(lines)


def fresh(shown: str, printed: str) -> str:
    """What a page should show: as many lines before and after `…` as it does now."""
    lines, out = shown.splitlines(), printed.splitlines()
    if REST not in lines:
        return printed
    head = lines.index(REST)
    tail = len(lines) - head - 1
    if len(out) <= head + tail:
        return printed
    return "".join(f"{one}\n" for one in [*out[:head], REST, *(out[-tail:] if tail else [])])


def replay(
    path: Path, language: str, demos: dict[tuple[str, str], bytes]
) -> Iterator[tuple[Line, int, str]]:
    """Each command of a page with how it ended and what it printed."""
    with a_place(language) as home:
        typed: list[str] = []
        for step in steps(path.read_text(encoding="utf-8")):
            if isinstance(step, Line):
                yield step, *run(step, home, typed)
                typed = []
            elif step.kind == "types":
                typed = shlex.split(step.about)
            else:
                obey(step, home, demos)


def renewed(text: str, printed: Mapping[Line, str]) -> str:
    """The page with what its commands print now."""
    for line in sorted(printed, key=lambda one: one.start, reverse=True):
        text = text[: line.start] + fresh(line.shown, printed[line]) + text[line.end :]
    return text
