"""One file per command: parse, ask store and rules, hand plain rows to output.

Each has `run`, whose signature is the command line and whose docstring's first line is its summary, and `EXAMPLES`.
What several commands share lies in `shared/`.
"""
