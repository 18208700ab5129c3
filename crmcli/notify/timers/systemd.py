"""A user timer of systemd: two unit files in the user's folder, marked as ours."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from crmcli.errors import Forbidden
from crmcli.notify.timers.running import refused, run, write
from crmcli.notify.timers.timetable import Job, abbreviated

_MARK = "# Made by crm schedule install; take it out with: crm schedule remove"


def is_there() -> bool:
    """True when a manager of the user's units answers."""
    if shutil.which("systemctl") is None:
        return False
    return run(["systemctl", "--user", "show", "--property=Version"]).returncode == 0


def text(job: Job) -> str:
    """Both files as they are written."""
    return "\n".join(f"{path}\n{content}" for path, content in _files(job).items())


def install(job: Job) -> None:
    """Write both files and start the timer."""
    for path, content in _files(job).items():
        if path.exists() and _MARK not in path.read_text(encoding="utf-8", errors="replace"):
            raise Forbidden("{path} is there already and is not ours; move it away", path=path)
        write(path, content.encode("utf-8", "surrogateescape"))
    refused(run(["systemctl", "--user", "daemon-reload"]), "systemctl")
    refused(run(["systemctl", "--user", "enable", "--now", f"{job.name}.timer"]), "systemctl")


def installed(name: str) -> str | None:
    """Both files that stand there."""
    found = []
    for path in _paths(name):
        with suppress(OSError):
            found.append(f"{path}\n{path.read_text(encoding='utf-8', errors='replace')}")
    return "\n".join(found) or None


def remove(name: str) -> bool:
    """Stop the timer and take both files away."""
    if installed(name) is None:
        return False
    run(["systemctl", "--user", "disable", "--now", f"{name}.timer"])
    for path in _paths(name):
        path.unlink(missing_ok=True)
    refused(run(["systemctl", "--user", "daemon-reload"]), "systemctl")
    return True


def _paths(name: str) -> tuple[Path, Path]:
    base = os.environ.get("XDG_CONFIG_HOME") or Path("~/.config").expanduser()
    folder = Path(base) / "systemd" / "user"
    return folder / f"{name}.service", folder / f"{name}.timer"


def _files(job: Job) -> dict[Path, str]:
    service, timer = _paths(job.name)
    environment = [f"Environment={_quoted(f'{name}={value}')}" for name, value in job.environment.items()]  # fmt: skip
    return {
        service: "\n".join(
            [
                _MARK,
                "[Unit]",
                "Description=Reminders of crm",
                "",
                "[Service]",
                "Type=oneshot",
                *environment,
                f"ExecStart={' '.join(map(_argument, job.arguments))}",
                "",
            ]
        ),
        timer: "\n".join(
            [
                _MARK,
                "[Unit]",
                "Description=When crm says what is due",
                "",
                "[Timer]",
                *(f"OnCalendar={moment}" for moment in _moments(job)),
                "Persistent=true",
                "",
                "[Install]",
                "WantedBy=timers.target",
                "",
            ]
        ),
    }


def _moments(job: Job) -> list[str]:
    when = job.when
    days = "" if when.is_daily else ",".join(map(abbreviated, when.weekdays)) + " "
    if not when.times:
        return [f"{days}*-*-* *:{'00' if when.every == 60 else f'00/{when.every}'}:00"]
    return [f"{days}*-*-* {one:%H:%M}:00" for one in when.times]


def _quoted(text: str) -> str:
    """A word of a unit file; % begins a specifier there."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("%", "%%")
    return f'"{escaped}"'


def _argument(text: str) -> str:
    """A word of ExecStart, where $ begins a variable, too."""
    return _quoted(text).replace("$", "$$")
