"""The README's session is replayed through the real program, line for line."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def sessions() -> list[tuple[str, str]]:
    """Each command of the README's session with what it is said to print."""
    (block,) = re.findall(
        r"```console\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S
    )
    parts = re.split(r"^\$ (.*)\n", block, flags=re.M)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def test_the_session_of_the_readme_is_true(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | {"CRM_NOW": "2026-11-20T09:00", "CRM_ACTOR": "li", "PATH": programs}
    for command, expected in sessions():
        done = subprocess.run(
            command,
            shell=True,
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        assert (command, done.stderr + done.stdout) == (command, expected)


def test_the_session_is_a_real_one() -> None:
    assert len(sessions()) >= 6


def test_what_the_threat_model_names_is_there() -> None:
    page = ROOT / "docs" / "threat-model.md"
    links = re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    assert len(links) > 10
    assert [link for link in links if not (page.parent / link).resolve().is_file()] == []
    assert "(docs/threat-model.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
