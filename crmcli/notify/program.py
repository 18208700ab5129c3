"""A reminder handed to a program of the user's: its arguments as they are, the message as JSON on its standard input."""

import json
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from crmcli.notify.message import Message, Receipt, Undelivered
from crmcli.notify.running import last_line, run

SECONDS = 60.0


def send(message: Message, settings: Mapping[str, str]) -> Receipt:
    """Run `notify.command`, no shell between; the program's exit code says whether it took the message."""
    arguments = _arguments(settings["notify.command"])
    program = arguments[0]
    whole = json.dumps(message.record(), ensure_ascii=False)
    try:
        ended = run(arguments, whole.encode("utf-8", "replace"), seconds=SECONDS)
    except subprocess.TimeoutExpired:
        raise Undelivered(
            "{program} had not finished after {seconds} seconds; see what it waits for",
            program=program,
            seconds=f"{SECONDS:g}",
        ) from None
    except (OSError, ValueError) as error:
        raise Undelivered(
            "{program} cannot be run ({reason}); check notify.command",
            program=program,
            reason=getattr(error, "strerror", None) or error,
        ) from None
    if ended.code:
        if not (reason := last_line(ended.complaint)):
            raise Undelivered(
                "{program} ended with {code} and said nothing; run it by hand to see why",
                program=program,
                code=ended.code,
            )
        raise Undelivered(
            "{program} ended with {code} ({reason}); run it by hand to see why",
            program=program,
            code=ended.code,
            reason=reason,
        )
    return Receipt(program, last_line(ended.said))


def _arguments(command: str) -> list[str]:
    try:
        arguments = shlex.split(command)
    except ValueError as error:
        raise Undelivered(
            "notify.command {command!r} cannot be read ({reason}); quote its arguments",
            command=command,
            reason=error,
        ) from None
    if not arguments or not arguments[0]:
        raise Undelivered(
            "no program is named; set one with: crm config set notify.command 'PROGRAM ARGUMENT'"
        )
    if arguments[0].startswith("~"):
        arguments[0] = str(Path(arguments[0]).expanduser())
    return arguments
