"""Instants as they are stored: UTC text to the second, so that they compare and sort as texts."""

from datetime import UTC, datetime


def stored(moment: datetime) -> str:
    """An aware moment as it is stored: `2026-11-21T01:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
