"""Needs, promises and surveys: how each stands, and which step is possible next (HANDBOOK §4, §5, §6)."""
