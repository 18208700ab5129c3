"""Hard circumstances, each with real processes: what was finished is there, what was not is absent, nothing is half.

A file a fault or several: `FAULTS` says how each is tried, and every test counts what it tried (`ledger.trying`).
`make reliability` tries everything and writes docs/reliability.md.
"""
