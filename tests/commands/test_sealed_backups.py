"""`crm backup FILE.age` and `crm restore FILE.age`: sealed as the tool `age` does it (HANDBOOK §10)."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pyrage
import pytest

from crmcli.store import driver
from tests.commands.test_encrypt import MAGIC, NAME, WITHOUT, occurs
from tests.contract.program import everything_in, refused, run
from tests.contract.terminal import Terminal
from tests.support import crm, run_in_process

PASSPHRASE = "密码 héllo wörld"


@pytest.fixture
def book(place: Path) -> Path:
    """One customer."""
    crm(["add-customer", NAME])
    return place / "crm.db"


@pytest.fixture(scope="module")
def ours() -> "pyrage.x25519.Identity":
    """Who can open what is sealed here."""
    return pyrage.x25519.Identity.generate()


@pytest.fixture
def aside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is not that of the data."""
    return tmp_path_factory.mktemp("aside")


@pytest.fixture
def identity(aside: Path, ours: "pyrage.x25519.Identity") -> Path:
    """Its file, as age-keygen writes it."""
    file = aside / "key.txt"
    file.write_text(f"# created: 2026-11-20T09:00:00+08:00\n# public key: {ours.to_public()}\n{ours}\n")  # fmt: skip
    return file


def names(file: bytes, folder: Path) -> list[str]:
    """The customers in a plain database with these bytes."""
    path = folder / "seen.db"
    path.write_bytes(file)
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM customer ORDER BY id")]


def test_for_several_recipients(book: Path, aside: Path, ours: "pyrage.x25519.Identity") -> None:
    other = pyrage.x25519.Identity.generate()
    target = aside / "mine.age"
    keys = f"--recipient {ours.to_public()} --recipient {other.to_public()}"
    ran = crm(f"backup {target} {keys} --json")
    assert ran.json["item"] == {"path": str(target), "bytes": target.stat().st_size, "files": None}
    sealed = target.read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1\n")
    assert target.stat().st_mode & 0o777 == 0o600
    for one in (ours, other):
        assert names(pyrage.decrypt(sealed, [one]), aside) == [NAME]
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [pyrage.x25519.Identity.generate()])
    assert sorted(os.listdir(book.parent)) == ["crm.db"]


def test_a_setting_that_is_no_recipient_is_refused_at_once(book: Path, ours: "pyrage.x25519.Identity") -> None:  # fmt: skip
    """Else every backup would fail for it, those made unasked before an import, too."""
    refused(
        f"config set backup.recipient {ours.to_public()},age1abc",
        2,
        "'age1abc' is no recipient; write it like age1… or as in an SSH key's .pub file",
    )
    assert crm("config get backup.recipient").out.strip() == ""
    crm(f"config set backup.recipient {ours.to_public()}")
    crm("config unset backup.recipient")


def test_the_setting_seals_every_backup(book: Path, place: Path, aside: Path, ours: "pyrage.x25519.Identity", identity: Path) -> None:  # fmt: skip
    crm(f"config set backup.recipient {ours.to_public()}")
    crm("config set backup.keep 2")
    first, second = crm("backup").out.strip(), crm("backup").out.strip()
    assert first.endswith("crm-20261120-090000.db.age")
    assert second.endswith("crm-20261120-090000-2.db.age")
    (aside / "list.csv").write_text("name\n" + "".join(f"Firm {n}\n" for n in range(5)))
    crm(f"import {aside / 'list.csv'}", CRM_BACKUP_BEFORE_IMPORT="5")
    crm("config set currency EUR")
    crm(f"restore {second} --identity {identity} --yes")
    assert crm("list-customers --json").json["count"] == 1
    state = place / "state"
    assert sorted(file.name for file in state.rglob("*") if file.is_file()) == [
        "crm-20261120-090000-2.db.age",
        "crm-20261120-090000.db.age",
        "crm-before-import-20261120-090000.db.age",
        "crm-before-restore-20261120-090000.db.age",
    ]
    assert occurs(state, NAME) == []
    third = crm("backup").out.strip()
    assert [Path(one).exists() for one in (first, second, third)].count(True) == 2


def test_by_a_passphrase(book: Path, aside: Path) -> None:
    target = aside / "mine.age"
    with Terminal(f"backup {target} --passphrase") as person:
        person.sees("New passphrase:")
        person.types(PASSPHRASE)
        person.sees("The same once more:")
        person.types(PASSPHRASE)
        person.sees("mine.age")
        assert person.leaves() == 0
    assert names(pyrage.passphrase.decrypt(target.read_bytes(), PASSPHRASE), aside) == [NAME]
    crm("add-customer Beta")
    before = everything_in(book.parent)
    ran = run(f"restore {target} --yes", CRM_BACKUP_PASSPHRASE="something else")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"crm: the passphrase does not open {target} (")
    assert everything_in(book.parent) == before
    crm(f"restore {target} --yes", CRM_BACKUP_PASSPHRASE=PASSPHRASE)
    assert crm("list-customers --json").json["count"] == 1


def test_of_an_encrypted_file_what_is_sealed_is_encrypted(book: Path, aside: Path, ours: "pyrage.x25519.Identity", identity: Path) -> None:  # fmt: skip
    crm("encrypt")
    target = aside / "mine.age"
    crm(f"backup {target} --recipient {ours.to_public()}")
    inside = aside / "inside.db"
    inside.write_bytes(pyrage.decrypt(target.read_bytes(), [ours]))
    assert driver.is_encrypted(str(inside))
    assert crm("list-customers --json", CRM_DB=str(inside)).json["items"][0]["name"] == NAME
    crm("add-customer Beta")
    crm(f"restore {target} --identity {identity} --yes")
    assert crm("list-customers --json").json["count"] == 1
    assert book.read_bytes()[:16] != MAGIC
    assert occurs(book.parent, NAME) == []


def test_nothing_plain_is_laid_beside_an_encrypted_file(book: Path, aside: Path, ours: "pyrage.x25519.Identity", identity: Path) -> None:  # fmt: skip
    target = aside / "plain.age"
    crm(f"backup {target} --recipient {ours.to_public()}")
    crm("encrypt")
    sentence = f"{book} is encrypted and the backup is not; run first: crm decrypt"
    refused(f"restore {target} --identity {identity} --yes", 4, sentence)


def test_what_is_refused(book: Path, aside: Path, ours: "pyrage.x25519.Identity", identity: Path) -> None:  # fmt: skip
    target = aside / "mine.age"
    refused(f"backup {target}", 2, "it is not said who can open the backup; add --recipient age1…, or give a passphrase in CRM_BACKUP_PASSPHRASE")  # fmt: skip
    refused(f"backup {target} --recipient age1no", 2, "'age1no' is no recipient; write it like age1… or as in an SSH key's .pub file")  # fmt: skip
    refused(f"backup {target} --recipient age1no --passphrase", 2, "--recipient and --passphrase exclude each other; choose one")  # fmt: skip
    refused(f"backup {aside}/mine.db --recipient {ours.to_public()}", 2, f"a sealed backup is named .age; write {aside}/mine.db.age")  # fmt: skip
    assert not target.exists()
    crm(f"backup {target} --recipient {ours.to_public()}")
    refused(f"restore {target} --yes", 2, f"{target} is sealed; add --identity FILE, or give its passphrase in CRM_BACKUP_PASSPHRASE")  # fmt: skip
    refused(f"restore {target} --yes --identity {aside}/none", 3, f"there is no identity file {aside}/none")  # fmt: skip
    refused(f"restore {target} --yes --identity {target}", 2, f"{target} holds no identity, which begins with AGE-SECRET-KEY-1; name the right file")  # fmt: skip
    plain = aside / "mine.db"
    crm(f"backup {plain}")
    refused(f"restore {plain} --yes --identity {identity}", 2, f"{plain} is not sealed; leave --identity out")  # fmt: skip
    other = aside / "other.txt"
    other.write_text(str(pyrage.x25519.Identity.generate()))
    ran = run_in_process(f"restore {target} --yes --identity {other}")
    assert ran.code == 1 and ran.err.startswith(f"crm: no identity opens {target} (")
    damaged = bytearray(target.read_bytes())
    damaged[-5_000] ^= 1
    target.write_bytes(damaged)
    refused(f"restore {target} --yes --identity {identity}", 1, f"{target} is damaged; name another backup")  # fmt: skip


def test_without_the_extra(book: Path, aside: Path) -> None:
    sentence = "sealed backups need one more package: pip install 'crm-terminal[crypt]'"
    refused(f"backup {aside}/mine.age --recipient age1x", 1, sentence, program=WITHOUT)
    assert run("backup", program=WITHOUT).code == 0
