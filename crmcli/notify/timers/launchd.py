"""An agent of launchd: a property list in the user's folder."""

import os
import plistlib
import sys
from pathlib import Path
from typing import Any

from crmcli.notify.timers.running import refused, run, write
from crmcli.notify.timers.timetable import Job


def is_there() -> bool:
    """True on a Mac."""
    return sys.platform == "darwin"


def text(job: Job) -> str:
    """The property list as it is written."""
    return f"{_path(job.name)}\n{_content(job).decode()}"


def install(job: Job) -> None:
    """Write the list and load it, in the place of an earlier one."""
    path = _path(job.name)
    run(["launchctl", "bootout", _domain(), str(path)])
    write(path, _content(job))
    refused(run(["launchctl", "bootstrap", _domain(), str(path)]), "launchctl")


def installed(name: str) -> str | None:
    """The list that stands there."""
    try:
        return _path(name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def remove(name: str) -> bool:
    """Unload the list and take it away."""
    if installed(name) is None:
        return False
    run(["launchctl", "bootout", _domain(), str(_path(name))])
    _path(name).unlink(missing_ok=True)
    return True


def _domain() -> str:
    return f"gui/{os.getuid()}"


def _label(name: str) -> str:
    return f"crm-terminal.{name}"


def _path(name: str) -> Path:
    return Path("~/Library/LaunchAgents").expanduser() / f"{_label(name)}.plist"


def _content(job: Job) -> bytes:
    return plistlib.dumps(
        {
            "Label": _label(job.name),
            "ProgramArguments": list(job.arguments),
            "EnvironmentVariables": dict(job.environment),
            "StartCalendarInterval": _moments(job),
            "ProcessType": "Background",
        }
    )


def _moments(job: Job) -> list[dict[str, Any]]:
    when = job.when
    # launchd counts the days from Sunday = 0.
    days: list[dict[str, int]] = [{}] if when.is_daily else [{"Weekday": (day + 1) % 7} for day in when.weekdays]  # fmt: skip
    times = [{"Hour": one.hour, "Minute": one.minute} for one in when.times] or [
        {"Minute": minute} for minute in range(0, 60, when.every)
    ]
    return [{**day, **moment} for day in days for moment in times]
