"""A reminder on the desktop, by a bus and a notification service of the test's own (CLI.md, Reminders)."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from crmcli.notify import desktop as channel
from crmcli.notify.message import Undelivered
from tests.contract.program import patched, run
from tests.notify.parts import (
    NASTY,
    Desktop,
    bare,
    desktop,
    found,
    message,
    one_task,
    programs,
    settings,
    stub,
)
from tests.support import crm, run_process

TOOLS = [name for name in ("notify-send", "busctl") if found(name)]
real = pytest.mark.skipif(
    not found("dbus-daemon") or not TOOLS, reason="D-Bus or what speaks to it is not installed"
)
with_both = pytest.mark.skipif(not found("dbus-daemon", "busctl"), reason="D-Bus or busctl is not installed")  # fmt: skip


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    """A desktop that shows messages, and is the session's."""
    with desktop() as one:
        one.serve()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", one.address)
        yield one


@pytest.fixture(params=TOOLS)
def tool(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Only this program is there."""
    monkeypatch.setenv("PATH", programs(tmp_path / "bin", request.param))
    return str(request.param)


@real
def test_it_arrives_once_and_not_twice(screen: Desktop, tool: str) -> None:
    one_task()
    assert run_process("due --notify") == (0, "", "")
    app, replaced, _icon, title, text, actions, hints, expires = screen.shown[0]
    assert (app, replaced, actions, expires) == ("crm", 0, [], -1)
    assert (title, text) == ("crm: 1 thing is due", "Fri 20 Nov  Acme – ring (t1)")
    assert hints["urgency"] == ("y", 1)
    assert run_process("due --notify") == (0, "", "")
    assert len(screen.shown) == 1


@real
def test_what_is_overdue_stays_on_the_screen(screen: Desktop, tool: str) -> None:
    channel.send(message(overdue=1), settings())
    assert screen.shown[0][6]["urgency"] == ("y", 2)


@real
@pytest.mark.parametrize("nasty", NASTY)
def test_texts_are_shown_and_not_obeyed(
    screen: Desktop, tool: str, nasty: str, tmp_path: Path
) -> None:
    """Markup is written so that a service that knows it shows it."""
    mark = tmp_path / "mark"
    nasty = nasty.replace("{mark}", str(mark))
    receipt = channel.send(message(nasty, f"- {nasty}", title=nasty), settings())
    assert receipt.where == f"{tool}, {screen.address}"
    shown = nasty.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert screen.texts == [(nasty.lstrip("-"), f"{shown}\n- {shown}")]
    assert not mark.exists()


@real
def test_a_bus_on_which_nobody_shows_messages(
    tool: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said as it is, and the next channel is used."""
    one_task()
    with desktop() as one:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", one.address)
        ran = run_process("due --notify")
        assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
        assert ran.err.startswith(f"crm: no reminder arrived (desktop: {tool} did not show it (")
        assert "org.freedesktop.Notifications was not provided" in ran.err
        file = tmp_path / "said"
        crm("config set notify.channels desktop,file")
        crm(["config", "set", "notify.file", str(file)])
        assert run_process("due --notify") == (0, "", "")
        assert "Acme – ring (t1)" in file.read_text("utf-8")
        one.serve()
        assert run_process("due --notify") == (0, "", "")
        assert one.shown == []


@real
def test_a_session_that_has_ended(tool: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with desktop() as one:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", one.address)
    with pytest.raises(Undelivered, match=f"^{tool} did not show it"):
        channel.send(message(), settings())


@real
def test_a_service_that_does_not_answer(
    screen: Desktop, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen.answers = False
    monkeypatch.setattr(channel, "SECONDS", 0.5)
    with pytest.raises(Undelivered) as refused:
        channel.send(message(), settings())
    assert str(refused.value) == (
        f"{tool} did not show it (no answer in 0.5 seconds); choose another channel: notify.channels"
    )


# --- which program shows it ---


@with_both
def test_where_notify_send_is_too_old_to_tell_busctl_is_asked(
    screen: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bin"
    stub(folder, "notify-send", "sys.exit('Unknown option --print-id')")
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(Undelivered, match=r"^notify-send did not show it \(Unknown option"):
        channel.send(message(), settings())
    programs(folder, "busctl")
    receipt = channel.send(message("ring"), settings())
    assert receipt == (f"busctl, {screen.address}", "u 1", ())
    assert screen.texts == [("crm: 1 thing is due", "ring")]


def test_what_stands_in_for_notify_send_needs_no_bus(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in WSL, where another system's desktop is meant."""
    monkeypatch.setattr(channel, "RUNTIME", str(machine / "run"))
    monkeypatch.setattr(channel, "PROCESSES", str(machine / "proc"))
    stub(tmp_path / "bin", "notify-send", f"open({str(tmp_path / 'shown')!r}, 'w').write(repr(sys.argv[-2:]))")  # fmt: skip
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert channel.send(message("ring"), settings()) == ("notify-send", "", ())
    assert (tmp_path / "shown").read_text("utf-8") == "['crm: 1 thing is due', 'ring']"


def test_noise_of_libraries_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path / "bin", "notify-send", "sys.stderr.write('Gtk-WARNING **: x\\n'); print(7)")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    assert channel.send(message(), settings()) == ("notify-send, unix:path=/nowhere", "7", ())


def test_a_machine_without_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    with pytest.raises(Undelivered) as refused:
        channel.send(message(), settings())
    assert str(refused.value) == (
        "notify-send is not there; install it (Debian: libnotify-bin), or choose another channel: notify.channels"
    )


# --- where the bus is, when cron runs it ---


def from_nothing(machine: Path, **names: str) -> "tuple[int, str, str]":
    """`crm due --notify` as cron runs it; no place of this machine's own session is looked at."""
    program = patched(
        "from crmcli.notify import desktop",
        f"desktop.RUNTIME, desktop.PROCESSES = {str(machine / 'run')!r}, {str(machine / 'proc')!r}",
    )
    known = {name: os.environ[name] for name in ("CRM_DB", "CRM_CONFIG", "CRM_NOW", "TZ")}
    return run("due --notify", program=program, **bare(**known, **names))


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Folders in place of /run/user and /proc."""
    (tmp_path / "run" / str(os.getuid())).mkdir(parents=True)
    (tmp_path / "proc").mkdir()
    return tmp_path


@real
@pytest.mark.parametrize("where", ["the runtime folder told", "its usual place", "another program"])
def test_the_bus_is_found_from_a_bare_environment(
    screen: Desktop, machine: Path, where: str
) -> None:
    one_task()
    assert from_nothing(machine) == (
        1,
        "",
        "crm: no reminder arrived (desktop: no session bus of a desktop was found; log in to one, or choose another channel: notify.channels)\n",
    )
    names = {}
    other = None
    if where == "the runtime folder told":
        names["XDG_RUNTIME_DIR"] = screen.folder
    elif where == "its usual place":
        (machine / "run" / str(os.getuid()) / "bus").symlink_to(f"{screen.folder}/bus")
    else:
        other = subprocess.Popen(
            [sys.executable, "-c", "print(flush=True); input()"],
            env={"DBUS_SESSION_BUS_ADDRESS": f"{screen.address},guid=00"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert other.stdout and other.stdout.readline() == b"\n"
        (machine / "proc" / str(other.pid)).symlink_to(f"/proc/{other.pid}")
    try:
        assert from_nothing(machine, **names) == (0, "", "")
    finally:
        if other:
            other.communicate(b"\n")
    assert screen.texts == [("crm: 1 thing is due", "Fri 20 Nov  Acme – ring (t1)")]


@real
def test_what_a_session_that_has_ended_left_is_passed_over(screen: Desktop, machine: Path) -> None:
    one_task()
    with TemporaryDirectory(prefix="crm-") as left:  # beside the bus: a socket can only be renamed
        with desktop() as ended:
            Path(ended.folder, "bus").rename(Path(left, "bus"))
        (machine / "run" / str(os.getuid()) / "bus").symlink_to(f"{screen.folder}/bus")
        assert from_nothing(machine, XDG_RUNTIME_DIR=left) == (0, "", "")
    assert len(screen.shown) == 1


def test_what_the_environment_says_is_the_only_place() -> None:
    """Who says where must not be answered from somewhere else."""
    known = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/a", "XDG_RUNTIME_DIR": "/b"}
    assert list(channel.session_buses(known, os.getuid())) == ["unix:path=/a"]


def test_this_machine_has_its_own_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs of this very user are looked through, and some told us."""
    assert (channel.RUNTIME, channel.PROCESSES) == ("/run/user", "/proc")
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        env={"DBUS_SESSION_BUS_ADDRESS": "unix:path=/of/another"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout and other.stdout.readline() == b"\n"
        monkeypatch.setattr(channel, "_MOST", 10_000)
        assert "unix:path=/of/another" in list(channel.session_buses({}, os.getuid()))
        other.communicate(b"\n")


# --- other systems: the exact command ---

TEXTS = ["plain", *(nasty.replace("{mark}", "/tmp/mark") for nasty in NASTY), "two\nlines\r\n", "\"';"]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_macos(text: str) -> None:
    """The script is always the same; the texts are arguments behind it."""
    call = channel.mac(message(text, title=text))
    assert call == (
        [
            "/usr/bin/osascript",
            "-e",
            "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run",
            " ".join(text.split()).lstrip("-"),
            text,
        ],
        {},
        "",
    )


@pytest.mark.parametrize("text", TEXTS)
def test_windows(text: str) -> None:
    """The script is always the same, and no shell can read anything into it; the texts come by standard input."""
    import base64
    import json

    call = channel.windows(message(text, title=text))
    *options, script = call.arguments
    assert options == ["powershell.exe", "-NoProfile", "-NonInteractive", "-EncodedCommand"]
    plain = channel.windows(message("plain")).arguments
    assert [*options, script] == plain
    written = base64.b64decode(script).decode("utf-16-le")
    assert "ConvertFrom-Json" in written and "CreateTextNode($said.text)" in written
    assert len(script) < 8_000  # a command line of Windows is no longer than 32,767
    assert call.given.isascii()
    assert json.loads(call.given) == {"title": " ".join(text.split()).lstrip("-"), "text": text}


@pytest.mark.parametrize(
    ("system", "program"), [("darwin", "/usr/bin/osascript"), ("win32", "powershell.exe")]
)
def test_which_command_is_run_on_other_systems(
    system: str, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[channel.Call] = []
    monkeypatch.setattr(channel, "_run", lambda call: asked.append(call))
    monkeypatch.setattr(sys, "platform", system)
    channel.send(message(), settings())
    assert [call.arguments[0] for call in asked] == [program]
