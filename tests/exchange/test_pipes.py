"""What may be read and what is refused: devices, sockets, pipes that nobody writes to or that do not end."""

import io
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from crmcli.errors import CrmError
from crmcli.exchange import pipes
from tests.contract.program import PROGRAM, environment, refused, refused_here, run
from tests.support import crm, run_in_process

LIST = b"name,city\nAcme,Bonn\n"
ADDED = "1 added, 0 updated, 0 unchanged, 0 rejected."


@pytest.mark.parametrize("kind", ["customers", "all"])
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom", "/dev/null", "/dev/full"])
def test_a_device_is_refused_instead_of_being_read_for_ever(
    place: Path, device: str, kind: str
) -> None:
    sentence = f"{device} is a device; name a file, or - for standard input"
    refused_here(f"import {device} --as {kind}", 2, sentence)


def test_a_link_to_a_device_is_one_too(place: Path) -> None:
    (place / "list.csv").symlink_to("/dev/zero")
    path = str(place / "list.csv")
    refused(["import", path], 2, f"{path} is a device; name a file, or - for standard input")


def test_standard_input_by_its_name_under_dev_is_what_it_is(place: Path) -> None:
    assert ADDED in run("import /dev/stdin", stdin=LIST).err
    with open("/dev/zero", "rb") as endless:
        ran = subprocess.run(
            [*PROGRAM, "import", "/dev/stdin"],
            stdin=endless,
            capture_output=True,
            env=environment(),
            timeout=60,
            check=False,
        )
    told = b"crm: /dev/stdin is a device; name a file, or - for standard input\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (2, b"", told)


def test_a_socket_is_refused(
    place: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("sockets"))  # the name of one must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("talk")
        sentence = "talk is a socket; name a file, or - for standard input"
        refused_here("import talk", 2, sentence)


def test_a_folder_is_refused(place: Path) -> None:
    (place / "lists").mkdir()
    path = str(place / "lists")
    refused_here(["import", path, "--as", "all"], 2, f"{path} is a folder; name a file in it")


def test_process_substitution_works(place: Path) -> None:
    """What a shell makes of `<(…)`: a pipe under /dev/fd."""
    reading, writing = os.pipe()
    os.write(writing, LIST)
    os.close(writing)
    try:
        assert ADDED in crm(f"import /dev/fd/{reading}").err
    finally:
        os.close(reading)


def test_a_named_pipe_may_bring_its_bytes_late_and_in_pieces(place: Path) -> None:
    os.mkfifo(place / "pipe")

    def write() -> None:
        with open(place / "pipe", "wb", buffering=0) as pipe:
            for place_of_byte in range(len(LIST)):
                pipe.write(LIST[place_of_byte : place_of_byte + 1])

    writer = threading.Thread(target=write)
    writer.start()
    assert ADDED in crm(["import", str(place / "pipe")]).err
    writer.join()


def test_a_writer_that_has_not_said_anything_yet_is_waited_for(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(place / "pipe")
    monkeypatch.setattr(pipes, "PATIENCE", 0.0)
    ours = os.open(place / "pipe", os.O_RDWR)
    wait = pipes._wait_for_writer

    def and_then(descriptor: int, path: str) -> bytes:
        begun = wait(descriptor, path)
        os.write(ours, LIST)
        os.close(ours)
        return begun

    monkeypatch.setattr(pipes, "_wait_for_writer", and_then)
    assert ADDED in crm(["import", str(place / "pipe")]).err


def test_a_pipe_that_nobody_writes_to_is_not_waited_for_without_an_end(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(place / "pipe")
    monkeypatch.setattr(pipes, "PATIENCE", 0.0)
    ran = run_in_process(["import", str(place / "pipe")])
    told = f"crm: nobody writes to the pipe {place / 'pipe'}; start what does first\n"
    assert ran == (1, "", told)
    assert not (place / "crm.db").exists()


def test_a_pipe_without_an_end_is_refused_before_it_fills_the_disk(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipes, "MOST_BYTES", 1_000)
    ran = run_in_process("import -", stdin="name\n" + "y\n" * 1_000)
    told = "standard input brings more than 1000 bytes and may have no end; bring less at a time"
    assert ran == (1, "", f"crm: {told}\n")
    monkeypatch.setattr(pipes, "MOST_BYTES", len(LIST))
    assert ADDED in run_in_process("import -", stdin=LIST.decode()).err


class _Full(io.RawIOBase):
    """A disk without room."""

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        raise OSError(28, "No space left on device")


def test_a_copy_without_room_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipes.tempfile, "TemporaryFile", _Full)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LIST)))
    with pytest.raises(CrmError) as told:
        pipes.standard_input()
    assert told.value.sentence().startswith(
        "standard input cannot be kept while it is read (No space left on device); free some space in "
    )
