"""Writes docs/pictures, what a report looks like, from the demo as it is on one Friday (`make docs`).

The one of the terminal is drawn by Rich, the ones of the page by Chromium: where that is not there, they stay as they are.
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
from pathlib import Path

from tools import chromium

PICTURES = Path(__file__).resolve().parent / "pictures"
MOST_BYTES = 200_000
NOW, PERIOD = "2026-11-20T09:00", "2026-10"
_COLUMNS = 92
TERMINAL = f"report satisfaction --period {PERIOD}"
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_FAMILY = '"Fira Code", Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace'
_WIDE = "[\u2e80-\u9fff\uff00-\uff60]+"


def terminal(command: str, environment: dict[str, str]) -> str:
    """What a terminal gets of a command, with its colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, _COLUMNS, 0, 0))
    line = [sys.executable, "-m", "crmcli", *command.split()]
    process = subprocess.Popen(line, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    got = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        got += piece
    os.close(ours)
    assert process.wait() == 0, got.decode()
    return got.decode().replace("\r\n", "\n")


def drawn(command: str, printed: str) -> str:
    """The terminal as SVG, which loads no fonts from elsewhere."""
    from rich.console import Console
    from rich.style import Style
    from rich.text import Text

    console = Console(record=True, width=_COLUMNS, file=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    text = Text.from_ansi(printed)
    # Rich takes each sign for one column wide: wide ones are set apart, and given their room.
    text.highlight_regex(_WIDE, Style(meta={"wide": True}))
    console.print(text, soft_wrap=True)
    picture = console.export_svg(title=f"crm {command}", unique_id="report")
    picture = re.sub(f'textLength="([0-9.]+)"([^>]*>){_WIDE}<', _twice, picture)
    return re.sub(
        "font-family: Fira Code, monospace", f"font-family: {_FAMILY}", _FONT.sub("", picture)
    )


def _twice(match: re.Match[str]) -> str:
    return match[0].replace(match[1], f"{2 * float(match[1]):.1f}".removesuffix(".0"), 1)


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
        (PICTURES / "terminal.svg").write_text(drawn(TERMINAL, terminal(TERMINAL, environment)))
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
