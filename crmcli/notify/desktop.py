"""A reminder on the desktop: notify-send, osascript or PowerShell, found from a bare cron environment, too."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from crmcli.notify.message import Message, Receipt, Undelivered
from crmcli.notify.running import last_line, run

SECONDS = 20.0
RUNTIME, PROCESSES = "/run/user", "/proc"
_MOST = 5
"""Of addresses that running programs have, so many are tried."""

_MOST_LINES = 50
_NUMBER = "--print-id"
"""Of libnotify 0.8 and newer."""
_ICON, _CATEGORY = "x-office-address-book", "reminder"
_SERVICE = ("org.freedesktop.Notifications", "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "Notify")  # fmt: skip


class Call(NamedTuple):
    """A program to run: its arguments, what its environment has besides, and its standard input."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    given: str = ""


def send(message: Message, settings: Mapping[str, str]) -> Receipt:
    """Show the message; what was asked to show it. Undelivered when nothing was there to."""
    if sys.platform == "darwin":
        return _run(mac(message))
    if sys.platform == "win32":
        return _run(windows(message))
    refused = None
    for bus in session_buses(os.environ, os.getuid()):
        try:
            receipt = _show_on(bus, message)
        except Undelivered as error:
            # Left by a session that has ended, or nobody shows messages there.
            refused = refused or error
        else:
            return receipt._replace(where=f"{receipt.where}, {bus}")
    if refused is None and shutil.which("notify-send"):
        # What stands in for it where there is no bus: in WSL, in Termux.
        with suppress(Undelivered):
            return _run(notify_send(message))
    raise refused or Undelivered(
        "no session bus of a desktop was found; log in to one, or choose another channel: notify.channels"
    )


# --- Linux and the like ---


def _show_on(bus: str, message: Message) -> Receipt:
    """By notify-send, where it is and can tell the number that the message got; else by systemd's busctl, if that is there.

    One that cannot, ends well though nobody took the message.
    """
    has_busctl = shutil.which("busctl") is not None
    if shutil.which("notify-send") or not has_busctl:
        try:
            return _run(notify_send(message, bus))
        except Undelivered as error:
            if not has_busctl or _NUMBER not in error.sentence():
                raise
    return _run(busctl(message, bus))


def notify_send(message: Message, bus: str | None = None) -> Call:
    """The command of libnotify."""
    urgency = "critical" if message.overdue else "normal"
    options = [_NUMBER, "--app-name=crm", f"--icon={_ICON}", f"--category={_CATEGORY}", f"--urgency={urgency}"]  # fmt: skip
    # It takes backslashes in the text for escapes.
    text = _body(message).replace("\\", "\\\\")
    return Call(["notify-send", *options, "--", message.heading, text], _surroundings(bus))


def busctl(message: Message, bus: str) -> Call:
    """The same by a plain call of the desktop's service."""
    hints = ["2", "urgency", "y", "2" if message.overdue else "1", "category", "s", _CATEGORY]
    arguments = ["crm", "0", _ICON, message.heading, _body(message), "0", *hints, "-1"]
    return Call(
        ["busctl", f"--address={bus}", "--", "call", *_SERVICE, "susssasa{sv}i", *arguments],
        _surroundings(bus),
    )


def _surroundings(bus: str | None) -> dict[str, str]:
    # Arguments are read in the encoding of the locale, and cron has none.
    return {"LC_ALL": "C.UTF-8"} | ({"DBUS_SESSION_BUS_ADDRESS": bus} if bus else {})


def session_buses(environment: Mapping[str, str], user: int) -> Iterator[str]:
    """Where the user's session may have its bus: as the environment says, else, for cron says nothing, its usual places."""
    if known := environment.get("DBUS_SESSION_BUS_ADDRESS"):
        yield known
        return
    folders = [environment.get("XDG_RUNTIME_DIR"), f"{RUNTIME}/{user}"]
    places = [f"{folder}/bus" for folder in dict.fromkeys(filter(None, folders))]
    known_ones = [f"unix:path={place}" for place in places if Path(place).exists()]
    yield from known_ones
    found = _buses_of_running_programs(user)
    yield from [address for address in dict.fromkeys(found) if address not in known_ones][:_MOST]


def _buses_of_running_programs(user: int) -> Iterator[str]:
    """What the programs of the user's session were told, where the bus has no usual place."""
    for folder in Path(PROCESSES).glob("[0-9]*"):
        try:
            if folder.stat().st_uid != user:
                continue
            whole = (folder / "environ").read_bytes()
        except OSError:
            continue
        for line in whole.split(b"\0"):
            name, _, value = line.partition(b"=")
            if name == b"DBUS_SESSION_BUS_ADDRESS" and value:
                yield value.decode("utf-8", "replace").partition(",guid=")[0]


def _body(message: Message) -> str:
    """Its lines; services that know markup would obey it. More lines no desktop shows, and an argument has its limit."""
    from html import escape

    return escape("\n".join(message.lines[:_MOST_LINES]), quote=False)


# --- macOS ---

_APPLE_SCRIPT = (
    "on run argv\n"
    "display notification (item 2 of argv) with title (item 1 of argv)\n"
    "end run"
)  # fmt: skip


def mac(message: Message) -> Call:
    """osascript; the texts are its arguments, never part of the script."""
    return Call(["/usr/bin/osascript", "-e", _APPLE_SCRIPT, message.heading, message.text], {})


# --- Windows ---

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
    return Call(arguments, {}, json.dumps({"title": message.heading, "text": message.text}))


# --- all of them ---


def _run(call: Call) -> Receipt:
    program = call.arguments[0]
    try:
        ended = run(
            call.arguments, call.given.encode(), seconds=SECONDS, environment=call.environment
        )
    except FileNotFoundError:
        raise Undelivered(
            "{program} is not there; install it (Debian: libnotify-bin), or choose another channel: notify.channels",
            program=program,
        ) from None
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise _not_shown(program, _in_words(error)) from None
    # What is said on stderr beside is noise of the system's libraries.
    if ended.code:
        raise _not_shown(program, ended.reason)
    return Receipt(program, last_line(ended.said))


def _in_words(error: Exception) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"no answer in {SECONDS:g} seconds"
    return str(getattr(error, "strerror", None) or error)


def _not_shown(program: str, reason: str) -> Undelivered:
    return Undelivered(
        "{program} did not show it ({reason}); choose another channel: notify.channels",
        program=program,
        reason=reason,
    )
