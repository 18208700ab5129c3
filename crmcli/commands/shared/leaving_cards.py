"""What of a record goes on a vCard."""

from collections.abc import Mapping
from typing import Any

from crmcli.output.shapes import Privacy


def shown(record: Mapping[str, Any], mask: Privacy) -> Mapping[str, Any]:
    """The record of a customer, with its people, or of a person, as the cards hold it.

    A phone has no use for a masked number, which looks like one to ring: where masked, numbers and addresses are left out.
    """
    if not mask.masking:
        return record
    people = [shown(person, mask) for person in record.get("people", ())]
    return {**record, "phones": [], "emails": [], "wechat": None, "people": people}
