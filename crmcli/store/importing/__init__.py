"""Lists written in bulk: one module a kind of rows, all on the same engine (DESIGN §2, CLI.md Import)."""
