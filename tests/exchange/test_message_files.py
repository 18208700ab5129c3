"""Messages as files: safe names, nothing of others replaced, whole or not there."""

import os
from pathlib import Path
from unittest import mock

import pytest

from crmcli.errors import BadValue, CrmError, Forbidden
from crmcli.exchange import message_files
from crmcli.exchange.message_files import file_name, refuse_file, standing, write_all

A, B = "甲(c1).txt", "乙(c2).txt"


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("华东精工", "华东精工(c7).txt"),
        ("../../etc/passwd", "_.._etc_passwd(c7).txt"),
        ("..", "(c7).txt"),
        ("CON", "_CON(c7).txt"),
        ("nul.txt", "_nul.txt(c7).txt"),
        ("a\u202eb\x1b[31m\n c", "ab[31m c(c7).txt"),
        ("{{7*7}}", "{{7_7}}(c7).txt"),
        ('<>:"|?*\\', "________(c7).txt"),
        ("", "(c7).txt"),
    ],
)
def test_a_file_is_called_by_the_customer_and_nothing_else(name: str, called: str) -> None:
    assert file_name(name, "c7") == called


def test_a_long_name_is_cut_at_a_whole_character_and_keeps_its_reference() -> None:
    name = file_name("长" * 300, "c12345")
    assert len(name.encode()) in range(253, 256)
    assert name.endswith("长(c12345).txt")


def test_they_are_private_and_written_once(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "letters"
    write_all(folder, {A: "to a\n", B: "to b\n"})
    assert {path.name: path.read_text() for path in folder.iterdir()} == {A: "to a\n", B: "to b\n"}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert standing(folder, {A: "to a\n", B: "to b\n", "c": "x"}) == {A, B}


@pytest.mark.parametrize("what", ["text", "link", "folder", "dangling"])
def test_what_is_somebodys_own_stays(tmp_path: Path, what: str) -> None:
    place = tmp_path / A
    (tmp_path / "else").write_text("to a\n")
    if what == "text":
        place.write_text("mine")
    elif what == "folder":
        place.mkdir()
    else:
        place.symlink_to(tmp_path / ("else" if what == "link" else "nowhere"))
    with pytest.raises(Forbidden, match="is there already and says something else"):
        standing(tmp_path, {A: "to a\n"})
    with pytest.raises(CrmError):
        write_all(tmp_path, {A: "to a\n"})
    assert (tmp_path / "else").read_text() == "to a\n"
    assert place.is_symlink() or place.is_dir() or place.read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {A, "else"}


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadValue, match="is a file; name a folder with --out"):
        refuse_file(tmp_path / "file")
    refuse_file(tmp_path)
    refuse_file(tmp_path / "new")


def test_where_there_are_no_links_they_are_renamed(tmp_path: Path) -> None:
    with mock.patch.object(os, "link", side_effect=PermissionError(1, "no links")):
        write_all(tmp_path, {A: "to a\n"})
        with pytest.raises(CrmError):
            write_all(tmp_path, {A: "again\n"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {A: "to a\n"}


def test_a_full_disk_leaves_none_of_them(tmp_path: Path) -> None:
    with (
        mock.patch.object(os, "fsync", side_effect=OSError(28, "No space left on device")),
        pytest.raises(CrmError, match="cannot be written"),
    ):
        write_all(tmp_path, {A: "to a\n", B: "to b\n"})
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_taken_away_but_not_what_another_works_on(tmp_path: Path) -> None:
    ours, gone = tmp_path / f".crm-message-{os.getpid()}-x", tmp_path / ".crm-message-999999999-y"
    ours.mkdir()
    gone.mkdir()
    (gone / A).write_text("half")
    write_all(tmp_path, {A: "to a\n"})
    assert {path.name for path in tmp_path.iterdir()} == {A, ours.name}
    assert message_files.shown(tmp_path / "\udcff").endswith("\\udcff")
