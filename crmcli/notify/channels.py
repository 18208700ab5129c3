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


def is_channel(name: str) -> bool:
    """True for the name of one, and for the address of a robot or messenger, which is one by itself."""
    return name in CHANNELS or "://" in name


def label(name: str) -> str:
    """What a channel is called where it is told of and remembered: addresses have secrets in them."""
    if name in CHANNELS:
        return name
    from hashlib import sha256

    from crmcli.notify.robots import kind_of

    return f"{kind_of(name)}-{sha256(name.encode()).hexdigest()[:8]}"


def channel(name: str) -> Send:
    """What sends through the channel: it returns where the message went, or raises Undelivered."""
    if name not in CHANNELS:
        from crmcli.notify import robots

        return lambda message, settings: robots.send(message, {**settings, "notify.urls": name})
    module: Any = import_module(f"crmcli.notify.{CHANNELS[name]}")
    send: Send = module.send
    return send
