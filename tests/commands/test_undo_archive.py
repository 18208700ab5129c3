"""An archive is no change: `undo` after one says that it stays."""

from tests.support import crm, run_in_process


def at(now: str, command: str) -> str:
    ran = run_in_process(command, CRM_NOW=now)
    assert ran.code == 0, ran
    return ran.err


def test_an_archive_since_the_change_is_said_to_stay() -> None:
    at("2026-11-20T09:00", "add-customer Acme")
    at("2026-11-20T09:05", "add-task c1 call --due fri")
    assert "no change" not in at("2026-11-20T09:06", "undo")
    at("2026-11-20T09:07", "archive --all --period 2026-11 --yes")
    assert (
        "What crm archive did on Fri 20 Nov 09:07 is no change and stays; taken back is the change before it."
    ) in at("2026-11-20T09:08", "undo --dry-run")
    assert "no change and stays" not in at("2026-11-20T09:08", "undo x1 --dry-run")
    at("2026-11-20T09:09", "edit c1 --set city=Leeds")
    assert "no change and stays" not in at("2026-11-20T09:10", "undo")
    assert len(crm("archive --list --json").json["items"]) == 1
