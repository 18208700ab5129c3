"""A reminder on the desktop: notify-send, osascript or PowerShell, found from a bare cron environment, too."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from crmcli.notify.message import Message, Undelivered

_SECONDS = 20


class Call(NamedTuple):
    """A program to run: its arguments, what its environment has besides, and its standard input."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    given: str = ""


def send(message: Message, settings: Mapping[str, str]) -> str:
    """Show the message; what was asked to show it. Undelivered when nothing was there to."""
    if sys.platform == "darwin":
        return _run(mac(message))
    if sys.platform == "win32":
        return _run(windows(message))
    if not Path("/run").is_dir() and "DBUS_SESSION_BUS_ADDRESS" not in os.environ:
        raise Undelivered("this system has no desktop; choose another channel: notify.channels")
    return _run(linux(message, os.environ))


def linux(message: Message, environment: Mapping[str, str]) -> Call:
    """notify-send, with the bus of the session it is to reach."""
    bus = session_bus(environment, os.getuid())
    arguments = [
        "notify-send", "--app-name=crm", "--icon=x-office-address-book", "--category=reminder",
        "--urgency=critical" if message.overdue else "--urgency=normal", "--", _shown(message.title), _escaped(message.text),
    ]  # fmt: skip
    return Call(arguments, {"DBUS_SESSION_BUS_ADDRESS": bus})


def session_bus(environment: Mapping[str, str], user: int) -> str:
    """The address of the user's session bus: cron says nothing of it, but it has a usual place."""
    if known := environment.get("DBUS_SESSION_BUS_ADDRESS"):
        return known
    folders = [environment.get("XDG_RUNTIME_DIR"), f"/run/user/{user}"]
    for folder in filter(None, folders):
        if (Path(folder) / "bus").exists():
            return f"unix:path={folder}/bus"
    for address in _buses_of_running_programs(user):
        return address
    raise Undelivered(
        "no session bus of a desktop was found; log in to one, or choose another channel: notify.channels"
    )


def _buses_of_running_programs(user: int) -> Iterator[str]:
    """What the programs of the user's session were told, where the bus has no usual place."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid != user:
                continue
            whole = (folder / "environ").read_bytes()
        except OSError:
            continue
        for line in whole.split(b"\0"):
            name, _, value = line.partition(b"=")
            if name == b"DBUS_SESSION_BUS_ADDRESS" and value:
                yield value.decode("utf-8", "replace")


_APPLE_SCRIPT = (
    "on run argv\n"
    "display notification (item 2 of argv) with title (item 1 of argv)\n"
    "end run"
)  # fmt: skip


def mac(message: Message) -> Call:
    """osascript; the texts are its arguments, never part of the script."""
    return Call(
        ["/usr/bin/osascript", "-e", _APPLE_SCRIPT, _shown(message.title), message.text], {}
    )


_POWERSHELL = """
$ErrorActionPreference = 'Stop'
[Console]::InputEncoding = [Text.Encoding]::UTF8
$said = [Console]::In.ReadToEnd() | ConvertFrom-Json
[void][Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
[void][Windows.Data.Xml.Dom.XmlDocument, Windows.Data.Xml.Dom, ContentType = WindowsRuntime]
$page = New-Object Windows.Data.Xml.Dom.XmlDocument
$page.LoadXml('<toast><visual><binding template="ToastGeneric"><text/><text/></binding></visual></toast>')
$texts = $page.GetElementsByTagName('text')
[void]$texts.Item(0).AppendChild($page.CreateTextNode($said.title))
[void]$texts.Item(1).AppendChild($page.CreateTextNode($said.text))
$of = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($of).Show([Windows.UI.Notifications.ToastNotification]::new($page))
"""


def windows(message: Message) -> Call:
    """PowerShell; the texts come by its standard input as JSON, never as part of the script."""
    import base64
    import json

    script = base64.b64encode(_POWERSHELL.encode("utf-16-le")).decode("ascii")
    arguments = ["powershell.exe", "-NoProfile", "-NonInteractive", "-EncodedCommand", script]
    return Call(arguments, {}, json.dumps({"title": message.title, "text": message.text}))


def _shown(title: str) -> str:
    return " ".join(title.split()) or "crm"


def _escaped(text: str) -> str:
    """Servers that know markup would obey it."""
    from html import escape

    return escape(text, quote=False)


def _run(call: Call) -> str:
    program = call.arguments[0]
    try:
        done = subprocess.run(
            call.arguments,
            env={**os.environ, **call.environment},
            input=call.given.encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise Undelivered(
            "{program} is not there; install it (Debian: libnotify-bin), or choose another channel: notify.channels",
            program=program,
        ) from None
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise Undelivered(
            "{program} did not show it ({reason}); choose another channel: notify.channels",
            program=program,
            reason=getattr(error, "strerror", None) or error,
        ) from None
    # Some report success though nobody took the message, but not without a word.
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    if done.returncode or said:
        raise Undelivered(
            "{program} did not show it ({reason}); choose another channel: notify.channels",
            program=program,
            reason=said[-1] if said else f"exit {done.returncode}",
        )
    return program
