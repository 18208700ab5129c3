"""Running the programs that timers are set with, and writing their files."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from crmcli.errors import CrmError

_SECONDS = 30


def run(arguments: Sequence[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end, in English, for its words are read."""
    try:
        return subprocess.run(
            arguments,
            input=given,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CrmError(
            "{program} cannot be run ({reason}); check it by hand",
            program=arguments[0],
            reason=getattr(error, "strerror", None) or error,
        ) from None


def refused(done: subprocess.CompletedProcess[bytes], program: str) -> None:
    """CrmError when the program did not do it."""
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
        raise CrmError(
            "{program} refused ({reason}); see what it needs, or choose another with --with",
            program=program,
            reason=said or f"exit {done.returncode}",
        )


def write(path: Path, content: bytes) -> None:
    """Write a file of a timer whole, in the place of an earlier one."""
    draft = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise CrmError(
            "{path} cannot be written ({reason}); make its folder writable",
            path=path,
            reason=error.strerror or error,
        ) from None
