"""JSON Lines: one object a line."""

import json
from collections.abc import Mapping
from typing import Any

from crmcli.errors import BadValue


def line(record: Mapping[str, Any]) -> str:
    """A record as one line, without its end."""
    return json.dumps(record, ensure_ascii=False)


def record(text: str) -> dict[str, Any]:
    """The object on one line; BadValue when it is none."""
    try:
        found = json.loads(text)
    except (
        ValueError,
        RecursionError,
    ):  # digits without end are a ValueError, brackets a RecursionError
        raise BadValue("it is not JSON") from None
    if not isinstance(found, dict):
        raise BadValue("it is no JSON object")
    return found
