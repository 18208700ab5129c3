"""The figures of reports, counted from streamed facts (HANDBOOK §11)."""
