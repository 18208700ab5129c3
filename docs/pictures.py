"""Writes docs/pictures, what crm looks like, from the demo as it is on one Friday (`make docs`).

Those of the terminal are drawn by Rich, in both languages; the ones of the page by Chromium: where that is not there, they
stay as they are. What is on the terminal's is compared with what the commands print now (tests/test_pictures.py).
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from tools import chromium

PICTURES = Path(__file__).resolve().parent / "pictures"
MOST_BYTES = 200_000
NOW, PERIOD = "2026-11-20T09:00", "2026-10"
LANGUAGES = ("en", "zh")
COLUMNS = 80


class Shot(NamedTuple):
    """A command as it is typed, and the keys that are pressed when it asks for one."""

    command: str
    keys: str = ""


SHOTS = {
    "day": Shot(""),
    "due": Shot("due --limit 12"),
    "show": Shot("show c5 --limit 3"),
    "walk": Shot("triage --walk", "uq"),
    "report": Shot(f"report satisfaction --period {PERIOD}"),
}
"""The pictures of the terminal by their names; the walk, which writes, is not the first."""

_ASKS = "[q] "
"""Stands in the last line of what a walk prints before it waits for a key."""

_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_FAMILY = '"Fira Code", Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace'
_SVG = "{http://www.w3.org/2000/svg}"
_WIDE = "[\u2e80-\u9fff\uff00-\uff60]+"


def name_of(shot: str, language: str) -> str:
    """The picture's file."""
    return f"{shot}.{language}.svg"


def terminal(shot: Shot, environment: Mapping[str, str]) -> str:
    """What a terminal gets of a command, with its colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    line = [sys.executable, "-m", "crmcli", *shot.command.split()]
    process = subprocess.Popen(line, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    got, seen, keys = b"", 0, list(shot.keys)
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        got += piece
        if keys and (place := got.find(_ASKS.encode(), seen)) >= 0 and got.endswith(b" "):
            seen = place + len(_ASKS)
            os.write(ours, keys.pop(0).encode())
    os.close(ours)
    assert process.wait() == 0, got.decode()
    return got.decode().replace("\r\n", "\n")


def drawn(command: str, printed: str, name: str = "crm") -> str:
    """The terminal as SVG, which loads no fonts from elsewhere; `name` is its own on a page."""
    from rich.console import Console
    from rich.style import Style
    from rich.text import Text

    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    text = Text.from_ansi(printed.strip("\n"))
    # Rich takes each sign for one column wide: wide ones are set apart, and given their room.
    text.highlight_regex(_WIDE, Style(meta={"wide": True}))
    console.print(text, soft_wrap=True)
    picture = console.export_svg(title=f"crm {command}".strip(), unique_id=name)
    picture = re.sub(f'textLength="([0-9.]+)"([^>]*>){_WIDE}<', _twice, picture)
    return re.sub(
        "font-family: Fira Code, monospace", f"font-family: {_FAMILY}", _FONT.sub("", picture)
    )


def _twice(match: re.Match[str]) -> str:
    return match[0].replace(match[1], f"{2 * float(match[1]):.1f}".removesuffix(".0"), 1)


def written_on(picture: str) -> list[str]:
    """The lines of text that are on a picture of a terminal, without their blanks."""
    lines: dict[float, list[tuple[float, str]]] = {}
    for text in ElementTree.fromstring(picture).iter(f"{_SVG}text"):
        if "-title" not in text.get("class", ""):
            place = float(text.get("y", "0")), float(text.get("x", "0"))
            lines.setdefault(place[0], []).append((place[1], text.text or ""))
    told = ("".join(text for _x, text in sorted(lines[y])) for y in sorted(lines))
    return [bare for line in told if (bare := "".join(line.split()))]


def main() -> int:
    """Write the pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="crm-docs-") as name:
        folder = Path(name).resolve()
        place = {"HOME": name, "TMPDIR": name, "CRM_CONFIG": str(folder / "config.toml"), "CRM_ACTOR": "me"}  # fmt: skip
        clock = {"CRM_NOW": NOW, "TZ": "Asia/Shanghai", "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", ""), **place, **clock}  # fmt: skip
        program = [sys.executable, "-m", "crmcli"]
        subprocess.run([*program, "demo"], env=environment, check=True, stdout=subprocess.DEVNULL)
        (demo,) = folder.glob("crm-demo-*/demo.db")
        environment["CRM_DB"] = str(demo)
        for language in LANGUAGES:
            environment["CRM_LANG"] = language
            for name, shot in SHOTS.items():
                kept = demo.read_bytes()
                file = name_of(name, language)
                printed = terminal(shot, environment)
                (PICTURES / file).write_text(drawn(shot.command, printed, f"{name}-{language}"))
                demo.write_bytes(kept)  # as if nothing had been done in it
        environment["CRM_LANG"] = "en"
        if chromium.PROGRAM is None:
            print("docs/pictures: no Chromium here; the pictures of the page stay as they are")
            return 0
        page = folder / "october.html"
        make = [*program, "report", "all", "--period", PERIOD, "--html", str(page)]
        subprocess.run(make, env=environment, check=True, stderr=subprocess.DEVNULL)
        with chromium.browser() as browser:
            browser.open(page, 1100)
            (PICTURES / "page.png").write_bytes(browser.screenshot(1420))
            browser.open(page, 390, scheme="dark")
            top = browser.evaluate("document.querySelector('#value .beside').offsetTop")
            (PICTURES / "phone.png").write_bytes(browser.screenshot(1180, top=int(top) - 48))
    return 0


if __name__ == "__main__":
    sys.exit(main())
