"""The lock of the dependencies: it is of what pyproject.toml asks for, whole, and names nobody's server; the audit of it."""

import json
import os
import re
import stat
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools import audit

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
TEXT = (ROOT / "requirements" / "ci.txt").read_text(encoding="utf-8")
LOCKED = {
    canonicalize_name(one.name): one
    for one in (Requirement(line.removesuffix(" \\")) for line in TEXT.splitlines() if "==" in line)
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BUILD = (ROOT / "requirements" / "build.in").read_text(encoding="utf-8").splitlines()
ASKED = [
    *PROJECT["dependencies"],
    *(one for extra in PROJECT["optional-dependencies"].values() for one in extra),
    *(line for line in BUILD if not line.startswith("#")),
]


def version_of(locked: Requirement) -> Version:
    """The one version that is locked."""
    (pin,) = locked.specifier
    assert pin.operator == "=="
    return Version(pin.version)


@pytest.mark.parametrize("asked", sorted(set(ASKED)))
def test_what_is_asked_for_is_locked_within_its_bounds(asked: str) -> None:
    wanted = Requirement(asked)
    locked = LOCKED[canonicalize_name(wanted.name)]
    assert wanted.specifier.contains(version_of(locked), prereleases=True)
    for python in PYTHONS:
        here = {"python_version": python, "python_full_version": f"{python}.9"}
        assert locked.marker is None or locked.marker.evaluate(here)


def test_what_the_product_depends_on_not_being_newer() -> None:
    assert version_of(LOCKED["python-dateutil"]) < Version("3")
    assert version_of(LOCKED["typer"]) < Version("0.29")


@pytest.mark.parametrize("name", LOCKED)
def test_what_a_locked_package_needs_is_locked_too(name: str) -> None:
    """As far as it is installed here in that version."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return
    if Version(found.version) != version_of(LOCKED[name]):
        return
    for needed in map(Requirement, found.requires or ()):
        if needed.marker is None or needed.marker.evaluate({"extra": ""}):
            locked = LOCKED[canonicalize_name(needed.name)]
            assert needed.specifier.contains(version_of(locked), prereleases=True)


def test_each_has_the_sums_of_its_files() -> None:
    parts = re.split(r"(?m)^(?=\S)", TEXT)[1:]
    assert len(parts) == len(LOCKED)
    for part in parts:
        first, *rest = part.rstrip("\n").split(" \\\n")
        assert "==" in first
        assert rest
        assert all(re.fullmatch(" {4}--hash=sha256:[0-9a-f]{64}", line) for line in rest)


def test_the_lock_names_no_server_and_no_place() -> None:
    assert not re.search("://|--(extra-)?index|--find-links|@ |file:|#", TEXT)


# --- installing ---

PYTHON = """#!/bin/sh
echo "$@" >>"$0.asked"
case "$*" in *--require-hashes*) echo "$PIP_SAYS" >&2; exit "$PIP_ENDS";; esac
"""


@pytest.mark.parametrize(
    ("ends", "says", "code", "asked", "told"),
    [
        (0, "", 0, ["--require-hashes -r", "--no-deps --no-build-isolation -e"], ""),
        (1, "ERROR: No matching distribution found for rich==15.0.0", 0, ["--require-hashes -r", "-e"],
         "cannot be installed here (ERROR: No matching distribution found for rich==15.0.0); taking what pyproject.toml allows\n"),
        (1, "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", 1, ["--require-hashes -r"],
         "a file is not the one that was locked; nothing was installed\n"),
    ],
)  # fmt: skip
def test_the_lock_is_taken_where_it_fits_and_never_passed_over_where_a_file_differs(
    tmp_path: Path, ends: int, says: str, code: int, asked: list[str], told: str
) -> None:
    python = tmp_path / "python"
    python.write_text(PYTHON, encoding="utf-8")
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    ran = subprocess.run(
        [ROOT / "requirements" / "install", python],
        env={**os.environ, "PIP_SAYS": says, "PIP_ENDS": str(ends)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr.endswith(told)) == (code, True)
    found = (tmp_path / "python.asked").read_text(encoding="utf-8").splitlines()
    before = "-m pip --disable-pip-version-check install --quiet "
    assert len(found) == len(asked)
    assert all(one.startswith(before + start) for one, start in zip(found, asked, strict=True))


# --- the audit ---


def answer(*packages: dict[str, object]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


FINE = {"name": "rich", "version": "15.0.0", "vulns": []}
SKIPPED = {"name": "typer", "skip_reason": "Dependency not found and could not be audited"}
BAD = {
    "name": "idna",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"]}, {"id": "GHSA-2", "fix_versions": []}],
}  # fmt: skip
NOT_ASKED = "The dependencies were not audited: nobody could be asked from here.\n"


@pytest.mark.parametrize(
    ("text", "code", "out", "err"),
    [
        ("", 0, "", NOT_ASKED),
        ("Traceback", 0, "", NOT_ASKED),
        (answer(SKIPPED, SKIPPED), 0, "", NOT_ASKED),
        (answer(FINE, SKIPPED), 0, "1 of 2 locked packages audited, 0 with something known against them.\n", ""),
        (answer(FINE, BAD), 1, "idna 1.0: PYSEC-1, mended in 1.1, 2.0\nidna 1.0: GHSA-2, mended in no version yet\n"
         "2 of 2 locked packages audited, 1 with something known against them.\n", ""),
    ],
)  # fmt: skip
def test_what_an_audit_says(
    capsys: pytest.CaptureFixture[str], text: str, code: int, out: str, err: str
) -> None:
    assert audit.tell(text) == code
    assert capsys.readouterr() == (out, err)


def test_an_audit_without_its_tool_is_told_and_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.main(str(tmp_path / "nothing")) == 0
    assert capsys.readouterr() == ("", NOT_ASKED)
