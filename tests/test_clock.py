"""The clock: where it looks for time zones (DESIGN §2)."""

import os
import subprocess
import sys
import sysconfig

import pytest

from crmcli.clock import ZONES

_ASK = """
import os
from crmcli.clock import Clock
clock = Clock("Asia/Shanghai")
import zoneinfo
print(*zoneinfo.TZPATH, clock.now.utcoffset(), "PYTHONTZPATH" in os.environ)
"""


def ask(**more: str) -> list[str]:
    around = {name: value for name, value in os.environ.items() if name != "PYTHONTZPATH"} | more
    ran = subprocess.run(
        [sys.executable, "-c", _ASK], env=around, capture_output=True, text=True, check=True
    )
    return ran.stdout.split()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Python is asked")
def test_zones_are_looked_for_where_python_looks() -> None:
    *places, offset, is_left_behind = ask()
    built_for = sysconfig.get_config_var("TZPATH")
    assert places == [place for place in built_for.split(os.pathsep) if place]
    assert places == ZONES.split(":") or not os.path.isdir("/usr/share/zoneinfo")
    assert (offset, is_left_behind) == ("8:00:00", "False")


def test_what_the_user_says_of_zones_holds() -> None:
    *places, offset, is_there = ask(PYTHONTZPATH="/usr/share/zoneinfo")
    assert (places, offset, is_there) == (["/usr/share/zoneinfo"], "8:00:00", "True")
