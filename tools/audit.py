"""`make audit`: asks, by pip-audit, whether something is known against a version in the lock.

Where nobody can be asked that is said in one sentence, and it is no failure: exit 0. Exit 1 when something is known.
"""

import json
import subprocess
import sys
from typing import Any

LOCK = "requirements/ci.txt"
_PATIENCE = "15"


def main(pip_audit: str = "pip-audit") -> int:
    """Ask, and say what is known."""
    asking = [pip_audit, "--require-hashes", "--disable-pip", "-r", LOCK, "-f", "json"]
    try:
        answer = subprocess.run(
            [*asking, "--progress-spinner", "off", "--timeout", _PATIENCE],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return _tell_nobody_asked()
    return tell(answer.stdout)


def tell(answer: str) -> int:
    """What pip-audit answered, as JSON, in sentences; the exit code.

    What it could not ask about it skips, and calls that no failure: an answer that skips everything is none.
    """
    try:
        asked: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return _tell_nobody_asked()
    known = [one for one in asked if "skip_reason" not in one]
    if not known:
        return _tell_nobody_asked()
    bad = [one for one in known if one["vulns"]]
    for one in bad:
        for each in one["vulns"]:
            mended = ", ".join(each["fix_versions"]) or "no version yet"
            print(f"{one['name']} {one['version']}: {each['id']}, mended in {mended}")
    print(f"{len(known)} of {len(asked)} locked packages audited, {len(bad)} with something known against them.")  # fmt: skip
    return 1 if bad else 0


def _tell_nobody_asked() -> int:
    print("The dependencies were not audited: nobody could be asked from here.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
