"""No command talks to the network: every one runs with it denied, and asks for none of it (DESIGN: offline first)."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from crmcli.app import COMMANDS, DAY
from tests.contract import no_network
from tests.contract.program import environment, run
from tests.contract.test_schemas import copied, filled  # noqa: F401 - a fixture
from tests.support import is_foreign, place_at

EVERY: dict[str, tuple[str, ...]] = {
    DAY: ("", "--json", "--version", "--help", "--lang zh"),
    "add-customer": ("add-customer Nova --phone 13800001112 --email n@nova.example --person Ann",),
    "log-contact": (
        "log-contact c2 hello --next 'send it' --on fri",
        "log-contact c2 'https://example.com/ was seen' --text-file talk.txt",
        "log-contact --stdin",
    ),
    "add-need": ("add-need c2 'it stops again' --urgency urgent",),
    "triage": ("triage", "triage --json", "triage n2 --urgency routine", "triage --why n1"),
    "due": ("due --days 90 --explain", "due --json", "due --count", "due --why c2"),
    "survey": ("survey --list", "survey c2 --kind relation --overall 4", "survey n7 --script"),
    "find": ("find 精", "find example.com --json"),
    "show": ("show c2", "show c2 --json --reveal", "show n1", "show h1"),
    "list-customers": ("list-customers --where 'city ~ o' --sort -name", "list-customers --csv"),
    "add-task": ("add-task c2 ring --due tomorrow",),
    "done": ("done t1 'all well'",),
    "snooze": ("snooze c3 +5d",),
    "plan-need": ("plan-need n1 --step more --by 2026-12-01",),
    "schedule-need": ("schedule-need n2 --for 'release 9' --by 2027-05-03",),
    "delay": ("delay l2 --until 2026-12-20 --reason late",),
    "wait": ("wait n1 'for the way bill'",),
    "resume": ("resume n1",),
    "resolve": ("resolve n1 'it was changed'",),
    "confirm": ("confirm n1",),
    "reopen": ("reopen n1 --reason 'it stops again'",),
    "decline": ("decline n8 --reason 'too dear'",),
    "escalate": ("escalate n1 --level 2 --to me --reason again",),
    "review": ("review v1 --cause speed --action call",),
    "kb": ("kb", "kb manual --json"),
    "add-article": ("add-article 'What to say' --text 'see https://example.com/'",),
    "add-promise": ("add-promise c2 samples --due 2026-12-01",),
    "warn": ("warn p1 --impact late --option wait",),
    "break": ("break p1 --reason lost --amends flowers",),
    "report": ("report service", "report satisfaction --json", "report promises --period 2026", "report all"),
    "add-deal": ("add-deal c2 licences --amount 480 --quoted today",),
    "add-order": ("add-order c2 480 --on yesterday --pay-by 2026-12-01",),
    "paid": ("paid o1",),
    "edit-deal": ("edit-deal d1 --amount 500",),
    "win": ("win d1 --order",),
    "lose": ("lose d4 --reason price",),
    "pipeline": ("pipeline", "pipeline --json"),
    "tiers": ("tiers", "tiers --json", "tiers --apply --yes"),
    "edit": ("edit c2 --set city=Bonn", "edit h1 --set title=CEO"),
    "delete": ("delete t2",),
    "add-person": ("add-person c2 Bea --email bea@example.com",),
    "key-date": ("key-date c2 Jubilee 2026-12-24", "key-date h1 birthday lunar:8-15"),
    "add-contract": ("add-contract c2 hire --until 2027-12-31 --milestone start --by 2026-12-01",),
    "renew": ("renew k5 --no --reason dear --dry-run", "renew k5"),
    "add-risk": ("add-risk c2 'they look elsewhere' --level 1",),
    "handover": ("handover c2 h1 Cleo",),
    "verify": ("verify c2 --by Ann",),
    "play": ("play c2 revive", "play c2 review --dry-run --json"),
    "tag": ("tag c2 gold",),
    "segment": ("segment save far --tier core", "segment", "list-customers --segment far"),
    "message": ("message hello.txt --all --skip-missing --out letters --log --yes",),
    "attach": ("attach c2 talk.txt", "attach c2 --list", "attach f1 --open"),
    "merge-customers": ("merge-customers c3 c4 --yes",),
    "forget": ("forget h2 --yes",),
    "archive": ("archive c2 --period 2026Q4", "archive --due", "archive --list --json", "archive --verify"),
    "history": ("history", "history c2 --json"),
    "undo": ("undo", "undo --dry-run"),
    "import": (
        "import list.csv --dry-run",
        "import list.csv",
        "import people.csv --as people --json",
        "import all.jsonl --as all --db other.db",
    ),
    "export": (
        "export customers",
        "export customers --format xlsx --out c.xlsx",
        "export people --format vcf --out p.vcf",
        "export tasks --format ics --out t.ics",
        "export all --format jsonl --reveal --out everything.jsonl",
    ),
    "backup": ("backup", "backup copy.db"),
    "restore": ("restore copy.db --yes",),
    "encrypt": ("encrypt --db other.db --key-file other.key",),
    "decrypt": ("decrypt --db other.db --yes",),
    # What the file was filled with behind its back is mended first.
    "doctor": ("doctor --fix --json", "doctor", "doctor --duplicates"),
    "migrate": ("migrate",),
    "config": (
        "config list", "config set lang en", "config get currency", "config path",
        "config set notify.channels file", "config set notify.file ~/said",
    ),
    "calendar": ("calendar", "calendar --year 2027 --json"),
    "notify-test": ("notify-test", "due --notify", "due --notify --dry-run", "due --days 30 --ics due.ics"),
    "schedule": ("schedule show",),
    "demo": ("demo",),
}  # fmt: skip
"""What is run of each command, in this order, on one file."""

STARTS_PROGRAMS = {"demo", "schedule show"}
"""The lines that start another program: itself, or one that knows the crontab; to it the network is denied as well."""
LINES = '{"customer": "c2", "summary": "hi"}\n'
MAY_LACK_ITS_EXTRA = {"encrypt", "decrypt"}


class Done(NamedTuple):
    """How a command ended to which the network was denied."""

    code: int
    err: str
    attempts: str


@pytest.fixture(scope="module")
def ran(
    filled: Path,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Done]:
    """All of them."""
    folder = tmp_path_factory.mktemp("offline")
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        copied(filled, folder, patch)
        for name in filter(is_foreign, list(os.environ)):
            patch.delenv(name)
        for name, value in place_at(folder).items():
            patch.setenv(name, value)
        for name, value in no_network.denied(folder).items():
            patch.setenv(name, value)
        for line in (line for lines in EVERY.values() for line in lines):
            allowed = "subprocess.Popen,os.posix_spawn,os.fork" if line in STARTS_PROGRAMS else ""
            (folder / "attempts").write_text("")
            ended = run(
                line,
                before=no_network.by_kernel(),
                stdin=LINES.encode() if "--stdin" in line else b"",
                CRM_TEST_ALLOWED=allowed,
            )
            found[line] = Done(ended.code, ended.err, no_network.attempts(folder))
    return found


def test_every_command_is_tried() -> None:
    assert set(EVERY) == {DAY, *COMMANDS}


@pytest.mark.parametrize("command", EVERY)
def test_no_command_asks_for_the_network(ran: dict[str, Done], command: str) -> None:
    for line in EVERY[command]:
        code, err, attempts = ran[line]
        assert attempts == "", line
        allowed = {0, 1} if command in MAY_LACK_ITS_EXTRA else {0}
        assert code in allowed, (line, err)


REACHING_OUT = {
    "socket.": "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
    "socket.getaddrinfo": "import socket; socket.getaddrinfo('example.com', 80)",
    "socket.gethostbyname": "import socket; socket.gethostbyname('example.com')",
    "urllib.Request": "import urllib.request; urllib.request.urlopen('http://example.com/')",
    "http.client.connect": "import http.client; http.client.HTTPConnection('example.com').connect()",
    "smtplib.connect": "import smtplib; smtplib.SMTP('example.com')",
    "subprocess.Popen": "import subprocess; subprocess.run(['true'])",
    "os.system": "import os; os.system('true')",
}


@pytest.mark.parametrize("event", REACHING_OUT)
def test_who_would_reach_out_is_noted_and_refused(place: Path, event: str) -> None:
    """Or the tests above would say nothing."""
    ended = subprocess.run(
        [sys.executable, "-c", REACHING_OUT[event]],
        env=environment(**no_network.denied(place)),
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 1
    assert no_network.attempts(place).startswith(event)


def test_the_kernel_refuses_what_python_does_not_see() -> None:
    shut = no_network.by_kernel()
    for family, code in (("AF_UNIX", 0), ("AF_INET", -signal.SIGSYS), ("AF_INET6", -signal.SIGSYS)):
        asking = [sys.executable, "-c", f"import socket; socket.socket(socket.{family})"]
        ended = subprocess.run(asking, preexec_fn=shut, check=False)
        assert ended.returncode == (0 if shut is None else code)
