"""A dossier on disk: any byte that is not as it was sealed is found (HANDBOOK §10)."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crmcli.exchange import dossier_folder
from crmcli.exchange.dossier_folder import MANIFEST, Problem, problems

FILES = {"dossier.html": "<p>客户</p>\n".encode(), "dossier.json": b'{"a": 1}\n'}
FACTS = {"customer": "c1", "period": "2026Q1", "sealed_at": "2026-04-01T09:00:00+08:00"}


@pytest.fixture
def sealed(tmp_path: Path) -> tuple[Path, str]:
    """A folder and the digest of its manifest."""
    manifest = dossier_folder.manifest_of(FILES, FACTS)
    folder = dossier_folder.write_draft(tmp_path, "x-", {**FILES, MANIFEST: manifest})
    return folder, dossier_folder.digest_of(manifest)


def test_what_is_as_it_was_sealed_has_no_problem(sealed: tuple[Path, str]) -> None:
    folder, digest = sealed
    assert problems(folder, digest) == problems(folder, None) == []
    assert {oct(path.stat().st_mode) for path in folder.iterdir()} == {"0o100600"}
    assert oct(folder.stat().st_mode) == "0o40700"


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_every_flipped_bit_of_every_byte_is_found(sealed: tuple[Path, str], name: str) -> None:
    folder, digest = sealed
    path = folder / name
    data = path.read_bytes()
    for place in range(len(data)):
        for bit in range(8):
            path.write_bytes(data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :])
            for known in (digest, None):
                found = problems(folder, known)
                assert Problem(name, "changed") in found, (place, bit, known)
                # Of a manifest that is not to be believed nothing is said of the rest but by its own.
                assert found == [Problem(name, "changed")], (place, bit, known)
    path.write_bytes(data)
    assert problems(folder, digest) == []


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_what_is_cut_longer_or_empty_is_found(sealed: tuple[Path, str], name: str) -> None:
    folder, digest = sealed
    data = (folder / name).read_bytes()
    for other in (data[:-1], data + b"\n", b"", data[1:], data * 2, data.replace(b"\n", b"\r\n")):
        (folder / name).write_bytes(other)
        assert problems(folder, digest) == problems(folder, None) == [Problem(name, "changed")]


def _other_manifest(folder: Path) -> None:
    """Everything else, sealed anew by its own manifest."""
    other = {"dossier.json": b"{}\n"}
    for name, data in {**other, MANIFEST: dossier_folder.manifest_of(other, FACTS)}.items():
        (folder / name).write_bytes(data)
    (folder / "dossier.html").unlink()


def _replaced(folder: Path) -> None:
    (folder / "dossier.json").rename(folder.parent / "elsewhere")
    (folder / "dossier.json").symlink_to(folder.parent / "elsewhere")


def _dangling(folder: Path) -> None:
    (folder / "dossier.json").unlink()
    (folder / "dossier.json").symlink_to(folder.parent / "nowhere")


def _pipe(folder: Path) -> None:
    (folder / "dossier.json").unlink()
    os.mkfifo(folder / "dossier.json")


def _subfolder(folder: Path) -> None:
    (folder / "dossier.json").unlink()
    (folder / "dossier.json").mkdir()


def _moved(folder: Path) -> None:
    folder.rename(folder.with_name("moved"))
    folder.symlink_to(folder.with_name("moved"))


CASES: list[tuple[Callable[[Path], object], list[Problem]]] = [
    (lambda folder: (folder / "dossier.html").unlink(), [Problem("dossier.html", "missing")]),
    (lambda folder: (folder / MANIFEST).unlink(), [Problem(MANIFEST, "missing")]),
    (lambda folder: (folder / "note.txt").write_text("x"), [Problem("note.txt", "added")]),
    (lambda folder: (folder / "more").mkdir(), [Problem("more", "added")]),
    (lambda folder: (folder / ".hidden").write_text(""), [Problem(".hidden", "added")]),
    (_replaced, [Problem("dossier.json", "link")]),
    (_dangling, [Problem("dossier.json", "link")]),
    (_pipe, [Problem("dossier.json", "changed")]),
    (_subfolder, [Problem("dossier.json", "changed")]),
    (_other_manifest, [Problem(MANIFEST, "changed")]),
    (_moved, [Problem("", "link")]),
    (shutil.rmtree, [Problem("", "missing")]),
]


@pytest.mark.parametrize(("change", "found"), CASES, ids=range(len(CASES)))
def test_what_is_missing_added_or_replaced_is_named(
    sealed: tuple[Path, str], change: Callable[[Path], object], found: list[Problem]
) -> None:
    folder, digest = sealed
    change(folder)
    assert problems(folder, digest) == found


@pytest.mark.parametrize("name", ["../other", "/etc/passwd", "a/b", "..", "", "x\0y", 7])
def test_a_manifest_that_names_files_elsewhere_is_not_believed(tmp_path: Path, name: str) -> None:
    (tmp_path / "other").write_bytes(b"x")
    made = json.loads(dossier_folder.manifest_of({"x": b"x"}, FACTS))
    del made["sha256"]
    made["files"][0]["name"] = name
    digest = dossier_folder.digest_of(dossier_folder.spelled(made))
    folder = tmp_path / "sealed"
    folder.mkdir()
    (folder / MANIFEST).write_bytes(dossier_folder.spelled({**made, "sha256": digest}))
    assert problems(folder, None) == [Problem(MANIFEST, "changed")]


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"files": 1}', "[" * 100_000, "\xff", "NaN"])  # fmt: skip
def test_what_is_no_manifest_is_changed(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text, encoding="latin-1")
    assert problems(tmp_path, None) == [Problem(MANIFEST, "changed")]
    assert dossier_folder.facts_in(tmp_path) == {}


def test_nothing_is_ever_moved_over_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with pytest.raises(Exception, match="something is there already"):
        dossier_folder.move(tmp_path / "a", tmp_path / "b")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
