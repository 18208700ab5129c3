"""What every due item says of its customer."""

from typing import Any


def customer_of(row: Any) -> dict[str, Any]:
    """The customer of a due item, under its JSON names."""
    return {
        "ref": f"c{row['id']}",
        "name": row["name"],
        "tier": row["tier"],
        "stage": row["stage"],
    }
