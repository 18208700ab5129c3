"""The channels of a reminder by name; a new one is a module with `send` and a line here."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from crmcli.notify.message import Message, Receipt

CHANNELS = {
    "desktop": "desktop",
    "email": "email",
    "command": "program",
    "file": "file",
    "urls": "robots",
}
"""The module of each, imported when it is used."""

Send = Callable[[Message, Mapping[str, str]], Receipt]


def channel(name: str) -> Send:
    """What sends through the channel: it returns where the message went, or raises Undelivered."""
    module: Any = import_module(f"crmcli.notify.{CHANNELS[name]}")
    send: Send = module.send
    return send
