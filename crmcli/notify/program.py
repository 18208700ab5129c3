"""A reminder handed to a program of the user's: its arguments as they are, the message as JSON on its standard input."""

import json
import shlex
import subprocess
from collections.abc import Mapping

from crmcli.notify.message import Message, Undelivered

_SECONDS = 60


def send(message: Message, settings: Mapping[str, str]) -> str:
    """Run `notify.command`, no shell between; the program's exit code says whether it took the message."""
    try:
        arguments = shlex.split(settings["notify.command"])
    except ValueError as error:
        raise Undelivered(
            "notify.command {command!r} cannot be read ({reason}); quote its arguments",
            command=settings["notify.command"],
            reason=error,
        ) from None
    if not arguments:
        raise Undelivered(
            "no program is named; set one with: crm config set notify.command 'PROGRAM ARGUMENT'"
        )
    whole = json.dumps(message.record(), ensure_ascii=False)
    try:
        done = subprocess.run(
            arguments, input=whole.encode(), capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, ValueError) as error:
        raise Undelivered(
            "{program} cannot be run ({reason}); check notify.command",
            program=arguments[0],
            reason=getattr(error, "strerror", None) or error,
        ) from None
    except subprocess.TimeoutExpired:
        raise Undelivered(
            "{program} had not finished after {seconds} seconds; see what it waits for",
            program=arguments[0],
            seconds=_SECONDS,
        ) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Undelivered(
            "{program} ended with {code} ({reason}); run it by hand to see why",
            program=arguments[0],
            code=done.returncode,
            reason=said[-1] if said else "no word",
        )
    return arguments[0]
