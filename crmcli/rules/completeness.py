"""What is wanted of a customer but not known (HANDBOOK §1): listed, never in the way of adding one."""

from collections.abc import Mapping, Sequence
from typing import Any

COMPANY = ("industry", "size", "person", "stage", "tier", "prefer", "need")
PERSON = ("contact", "source", "stage")


def missing(record: Mapping[str, Any], required: Sequence[str]) -> list[str]:
    """The wanted fields that `record` (JSON names) does not have, in the order they are wanted.

    Of a lost customer also why it was lost. `person` asks for one reachable person with a title, `contact` for a phone, e-mail or WeChat, `need` for an open need.
    """
    wanted = [*required, "loss_reason"] if record["stage"] == "lost" else required
    return [name for name in wanted if not _has(record, name)]


def _has(record: Mapping[str, Any], name: str) -> bool:
    if name == "person":
        return any(person.get("title") and _reachable(person) for person in record["people"])
    if name == "need":
        return bool(record.get("open_needs"))
    if name == "contact":
        return _reachable(record)
    if name.startswith("field."):
        return bool(record["fields"].get(name.removeprefix("field.")))
    return bool(record.get(name))


def _reachable(record: Mapping[str, Any]) -> bool:
    return bool(record.get("phones") or record.get("emails") or record.get("wechat"))
