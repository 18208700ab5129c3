"""Killed while the file is encrypted, or made plain again."""

import shutil
from pathlib import Path

import pytest

from crmcli.store import driver
from tests.commands.test_encrypt import NAME, PHONE, occurs
from tests.contract.program import patched, run
from tests.reliability.ledger import trying
from tests.support import crm, heavy

CHANGED_OVER = "killed while the file is encrypted or decrypted"
FAULTS = {
    CHANGED_OVER: "before every statement, and every opening, writing, synchronising, renaming and closing of a file: the one file or the other is there, whole, and the command can be given again"
}

STEPS = (
    "import os, signal, pathlib",
    "from crmcli.store import driver, encrypting",
    "from crmcli import unlocking",
    "left = [int(os.environ['STEPS'])]",
    "def step():",
    "    left[0] -= 1",
    "    if left[0] == 0: os.kill(os.getpid(), signal.SIGKILL)",
    "def before(of, name):",
    "    whole = getattr(of, name)",
    "    def stepped(*given, **named):",
    "        step()",
    "        return whole(*given, **named)",
    "    setattr(of, name, stepped)",
    "for name in ('open', 'write', 'fsync', 'close'): before(os, name)",
    "for name in ('replace', 'unlink'): before(pathlib.Path, name)",
    "before(driver._keyed(), 'execute')",
)


@pytest.mark.parametrize(
    ("command", "was_encrypted"), [("encrypt", False), ("decrypt --yes", True)]
)
def test_at_every_step(place: Path, command: str, was_encrypted: bool) -> None:
    crm(["add-customer", NAME, "--phone", PHONE])
    crm("log-contact c1 'sent the offer' --next 'call back'")
    if was_encrypted:
        crm("encrypt")
    kept = place.parent / f"{place.name}-kept"
    shutil.copytree(place, kept)
    path, expected = place / "crm.db", crm("show c1 --json --reveal").out

    def is_as_it_was() -> bool:
        return crm("show c1 --json --reveal").out == expected and not crm("doctor --json").json["items"][0]["count"]  # fmt: skip

    with trying(CHANGED_OVER) as tried:
        before = after = 0
        for number in range(1, 1_000, 10 // heavy(1)):
            shutil.rmtree(place)
            shutil.copytree(kept, place)
            ran = run(command, program=patched(*STEPS), STEPS=str(number))
            assert ran.code in (0, -9), ran
            tried.times += 1
            was_changed = driver.is_encrypted(str(path)) != was_encrypted
            before, after = before + (not was_changed), after + was_changed
            if not is_as_it_was():
                tried.half_done.append(f"step {number}")
            if not was_changed:
                crm(command)
            if driver.is_encrypted(str(path)) == was_encrypted or not is_as_it_was():
                tried.half_done.append(f"step {number}, given again")
            if not was_encrypted and occurs(place, NAME, PHONE):
                tried.half_done.append(f"step {number}, something plain is left")
            if list(place.glob("crm.db.*")):
                tried.half_done.append(f"step {number}, something is left over")
            if ran.code == 0:
                break
        assert ran.code == 0 and before > 2 * heavy(1) and after > 1
