"""A block of the user's crontab between two marks; everything else in it stays as it is, byte for byte."""

import re
import shlex
import shutil
from collections.abc import Iterator

from crmcli.errors import CrmError
from crmcli.notify.timers.running import run
from crmcli.notify.timers.timetable import Job

_SUNDAY = 6


def is_there() -> bool:
    """True when there is a `crontab` to write with."""
    return shutil.which("crontab") is not None


def text(job: Job) -> str:
    """The block as it is written."""
    return "".join(f"{line}\n" for line in _block(job))


def install(job: Job) -> None:
    """Put the block into the crontab, in the place of an earlier one."""
    before, _, after = _parts(_read(), job.name)
    if before and not before.endswith(b"\n"):
        before += b"\n"
    _write(before + text(job).encode("utf-8", "surrogateescape") + after)


def installed(name: str) -> str | None:
    """The block that stands there."""
    _, block, _ = _parts(_read(), name)
    return block.decode("utf-8", "replace") or None


def remove(name: str) -> bool:
    """Take the block out; a crontab with nothing else in it is left empty."""
    before, block, after = _parts(_read(), name)
    if not block:
        return False
    _write(before + after)
    return True


def _block(job: Job) -> Iterator[str]:
    begin, end = _marks(job.name)
    yield f"{begin} for {_comment(job.database)}; take it out with: crm schedule remove"
    names = [f"{name}={shlex.quote(value)}" for name, value in job.environment.items()]
    command = " ".join([*names, *map(shlex.quote, job.arguments)])
    # cron takes a bare % for a new line; in quotes, too.
    command = command.replace("%", r"\%")
    for moment in _moments(job):
        yield f"{moment} {command}"
    yield end


def _moments(job: Job) -> Iterator[str]:
    when = job.when
    days = "*" if when.is_daily else ",".join(str((day + 1) % 7) for day in when.weekdays)
    if not when.times:
        yield f"{'0' if when.every == 60 else f'*/{when.every}'} * * * {days}"
    for one in when.times:
        yield f"{one.minute} {one.hour} * * {days}"


def _marks(name: str) -> tuple[str, str]:
    return f"# >>> {name}: reminders of crm", f"# <<< {name}"


def _comment(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", "?", text)


def _parts(crontab: bytes, name: str) -> tuple[bytes, bytes, bytes]:
    """What stands before the block, the block, and what stands behind it."""
    begin, end = (re.escape(mark.encode()) for mark in _marks(name))
    # Only up to the nearest end: where a mark was lost, nothing of anybody else's is taken along.
    inside = rb"(?:(?!" + begin + rb")[^\n]*\n)*?"
    found = re.search(rb"^" + begin + rb"[^\n]*\n" + inside + end + rb"[^\n]*(?:\n|\Z)", crontab, re.MULTILINE)  # fmt: skip
    if not found:
        return crontab, b"", b""
    return crontab[: found.start()], found[0], crontab[found.end() :]


def _read() -> bytes:
    done = run(["crontab", "-l"])
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode("utf-8", "replace").strip()
    if "no crontab" in said.lower() or not said:
        return b""
    raise CrmError("the crontab cannot be read ({reason}); ask for leave to use cron", reason=said)


def _write(crontab: bytes) -> None:
    done = run(["crontab", "-"], crontab)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise CrmError("the crontab was not taken ({reason}); nothing was changed", reason=said)
