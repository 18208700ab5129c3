"""Every answer for scripts against its schema in docs/schemas, on a file that has everything in it; CSV; docs/json.md."""

import csv
import io
import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from crmcli.app import COMMANDS, build
from crmcli.commands import export
from crmcli.commands.shared import leaving, subject
from crmcli.commands.shared.importing import kinds as importing
from crmcli.errors import CrmError
from crmcli.exchange import csv_out
from crmcli.rules import ranking, terms
from crmcli.rules.service import states
from crmcli.store import checking, frozen
from docs import json_reference
from tests.support import Ran, crm, is_foreign, place_at, run_in_process, run_process

SCHEMAS = json_reference.schemas()
ANSWERS = json_reference.answers(SCHEMAS)
PIECES = SCHEMAS[json_reference.SHARED]["$defs"]
REGISTRY: Registry[Any] = Registry().with_resources(
    (name, Resource.from_contents(schema)) for name, schema in SCHEMAS.items()
)
FORMATS = FormatChecker(formats=())
SILENT = {"demo"}
"""Commands for people only."""


@FORMATS.checks("date", ValueError)
def _is_date(text: Any) -> bool:
    return not isinstance(text, str) or date.fromisoformat(text).isoformat() == text


@FORMATS.checks("date-time", ValueError)
def _is_time(text: Any) -> bool:
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


def insist(name: str, answer: Any) -> None:
    """The answer is as the schema in the file `name` has it, in every particular."""
    validator = Draft202012Validator(SCHEMAS[name], registry=REGISTRY, format_checker=FORMATS)
    found = sorted(validator.iter_errors(answer), key=lambda error: list(error.path))
    assert not found, [f"{'.'.join(map(str, error.path))}: {error.message}" for error in found]


# --- a file with everything in it ---

LONG_AGO = "2026-01-05T09:00"
FILLING: tuple[tuple[str, str], ...] = (
    ("", "config set fields.seats number"),
    ("", "config set fields.renewal date"),
    ("", "config set tiers.diamond.every 1w"),
    ("", "add-customer '介绍人' --kind person --stage prospect --phone 13700001111 --source 展会 --consent refused --consent-on 2026-02-04 --consent-source call --consent-scope letters"),
    ("", "add-customer 华东精工有限公司 --short-name 华精 --stage customer --tier core --industry 机械 --size 200 --city 苏州 --address '工业园 12 号 13811112222' --uscc 91310000MA1FL0001A --source 展会 --referred-by c1 --since 2025-03-01 --prefer wechat --phone 0512-66668888 --email info@example.com --wechat huajing --tag vip --tag 老客户 --field seats=12.50 --field renewal=2027-01-31 --external-id E-1 --note 'old friend, 13812345678' --cadence 2w --visit-cadence 3m"),
    ("", "add-person c2 张伟 --title 采购经理 --role buyer --role decider --phone 13912345678 --email z@example.com --wechat zw --key-person --concern '交期 13812345678' --preferences tea --note 'since 2020' --external-id P-1 --consent given --consent-on 2026-02-03 --consent-source 'a form' --consent-scope 'birthday wishes'"),
    ("", "add-person c2 李雷"),
    ("", "edit h2 --set left_on=2026-05-01 --set priority=yes"),
    ("", "edit c2 --set priority=yes"),
    ("", "log-contact c2 'price agreed, ring 13812345678' --channel visit --at 2026-11-02T14:30 --minutes 45 --with 张伟 --ours 王芳 --feedback good --agreed 'trial of a month' --intent high --next 'send the quote' --on 2026-11-19 --next 'send samples' --on 2026-11-25 --next-owner 王芳 --stage customer --cost 120.50 --signed --care --external-id K-1 --text-file talk.txt"),
    ("", "log-contact c2 'sent it' --channel email --out --at 2026-11-10T10:00"),
    ("", "log-contact c2 --no-answer --at 2026-11-11"),
    ("", "log-contact c2 'next month' --at 2026-11-03 --on 2026-12-10"),
    ("", "add-task c2 'ring 13812345678' --due 08:30 --owner 李雷"),
    ("", "edit t3 --set priority=yes --set external_id=T-1"),
    ("", "add-task c2 'later' --due 2026-11-30"),
    ("", "snooze t4 2026-12-02"),
    ("", "add-task c2 'over' --due 2026-11-01"),
    ("", "done t5 'all good' --next 'and then' --on 2026-11-24"),
    ("", "key-date h1 birthday 1980-11-25 --note 'likes cake'"),
    ("", "key-date c2 资质到期 2026-12-15 --lead 60 --external-id Y-1"),
    ("", "key-date c2 体检 11-20"),
    ("", "done y3"),
    ("", "snooze y2 2026-11-28"),
    (LONG_AGO, "add-customer Acme --stage customer --since 2024-01-01 --tier potential --phone 13800005678"),
    (LONG_AGO, "log-contact c3 hello"),
    (LONG_AGO, "add-customer Lost --tier ordinary --tag '=SUM(1)'"),
    (LONG_AGO, "edit c4 --set stage=lost --set 'loss_reason=other: moved to {Rome} 13812345678'"),
    ("", "add-customer Gone --stage customer --since 2026-11-01 --allow-duplicate --phone 13800005678"),
    ("", "delete c5 --reason 'entered twice'"),
    ("", "undo"),
    ("", "add-customer '=1+1' --note '+1' --industry '-x' --city @home --stage interested"),
    ("", "edit c6 --set do_not_contact=yes"),
    ("", "log-contact c6 'who?' --intent low"),
    ("", "snooze c1 2026-12-24"),
    (LONG_AGO, "archive c3 --period 2026-01"),
    ("", "archive c3 --period 2026Q1"),
    ("", "archive c4 --period 2026"),
    ("", "import list.csv"),
)  # fmt: skip
"""The time, where it is not today's, and the command of each step; the last one is taken back and redone."""

SERVICE: tuple[tuple[str, str], ...] = (
    ("2026-11-10T09:00", "add-need c2 'it stops, ring 13812345678' --kind problem --urgency urgent --strength core --value 5 --fit 4 --cost 2 --owner 李雷 --tech-owner 王芳 --acceptor 张伟 --category 故障 --wish 'a new drive' --needed-by 2026-12-01 --budget 1200.50 --workaround restart --criterion 'a week without a stop' --external-id N-1"),
    ("2026-11-10T09:30", "log-contact c2 'we are on it' --need n1 --out"),
    ("2026-11-10T11:00", "plan-need n1 --step 'look at it, 13812345678' --by 2026-11-12 --step 'change the drive' --by 2026-11-30 --owner 李雷"),
    ("2026-11-10T12:00", "plan-need n1 --sent"),
    ("2026-11-11T09:00", "confirm n1 --plan"),
    ("2026-11-12T09:00", "done l1 'was there'"),
    ("2026-11-12T09:30", "delay l2 --until 2026-12-03 --reason 'the part is late, 13812345678'"),
    ("", "edit l2 --set external_id=L-1"),
    ("", "snooze l2 2026-12-04"),
    ("2026-11-13T09:00", "escalate n1 --level 2 --to 王经理 --reason 'the third time'"),
    ("", "edit n1 --set priority=yes"),
    ("2026-11-19T16:00", "add-need c3 'an export to Excel'"),
    ("2026-11-12T10:00", "add-need c2 'late again' --kind complaint --from n1"),
    ("2026-11-12T15:00", "resolve n3 'sent by express'"),
    ("2026-11-13T10:00", "survey n3 --overall 2 --solved 3 --speed 1 --attitude 4 --nps 3 --good friendly --bad 'too slow, 13812345678' --comment 'once more and we leave' --by 张伟"),
    ("2026-11-16T10:00", "reopen n3 --reason 'late once more'"),
    ("2026-11-16T11:00", "wait n3 'for the way bill'"),
    ("", "add-need c2 'an app' --kind feature --urgency routine"),
    ("", "schedule-need n4 --for 'release 4' --by 2027-03-01"),
    ("", "delay n4 --until 2027-04-01 --reason 'release 4 moves'"),
    ("", "add-need c2 'free of charge' --kind suggestion"),
    ("", "decline n5 --reason 'we live on it'"),
    ("2026-11-13T10:00", "add-need c3 'a training' --kind question --urgency important --strength expected"),
    ("2026-11-13T11:00", "plan-need n6 --step 'offer dates' --by 2026-11-27 --sent"),
    ("2026-11-17T10:00", "add-need c2 'a manual' --kind service --category 资料"),
    ("2026-11-18T10:00", "resolve n7 'printed, bound and sent'"),
    ("2026-11-18T11:00", "confirm n7 'it is there'"),
    ("2026-11-18T12:00", "survey n7 --sent"),
    ("", "snooze s2 2026-11-30"),
    ("", "edit s2 --set external_id=S-1"),
    ("", "survey c2 --kind relation --overall 4 --product 5 --response 4 --support 4 --nps 9 --by h2"),
    ("", "survey c2 --kind deep --pain 'few people' --future 'a second line'"),
    ("", "survey c3 --kind relation --no-answer"),
    ("", "snooze v1 2026-11-23"),
    ("2026-08-03T10:00", "add-article 'What to ask first' --type script --text 'who decides?, 13812345678'"),
    ("2026-10-08T10:00", "done crm:kb-review"),
    ("", "add-article 'Manuals are printed' --from n7 --external-id A-1"),
    ("", "add-promise c2 'samples, ring 13812345678' --due 2026-11-23T15:00 --need n1 --owner 王芳 --external-id P-9"),
    ("", "warn p1 --impact 'a day without samples' --option photos --option 'half of them, 13812345678' --option others"),
    ("", "delay p1 --until 2026-11-24T15:00 --reason 'customs, 13812345678' --told"),
    ("", "edit p1 --set priority=yes"),
    ("2026-11-16T10:00", "add-promise c2 'a call back' --due 2026-11-17"),
    ("", "break p2 --reason 'forgotten, 13812345678' --amends 'a discount'"),
    ("2026-11-16T10:00", "add-promise c3 'the price list' --due 2026-11-17 --level surprise"),
    ("2026-11-18T10:00", "break p3 --reason ill --amends flowers"),
    ("2026-11-18T11:00", "done p3:amends 'they laughed'"),
    ("", "add-promise c2 'a visit' --due 2026-11-20 --level value-add"),
    ("", "done p4 'was there'"),
    ("", "add-promise c2 'their forecast' --due 2026-11-27 --they-owe"),
    ("", "log-contact c2 'the samples come on Tuesday' --need n1 --promise p1 --channel email --out --at 2026-11-20T08:30"),
    ("", "add-task c2 'order the drive'"),
)  # fmt: skip
"""The same of needs, promises, surveys and articles: n1 is worked on, n2 not triaged, n3 waits, n4 is put off, n5 declined,
n6 planned, n7 solved."""

YEAR: tuple[tuple[str, str], ...] = (
    ("", "config set tiers.core.benefits 'an answer within the hour'"),
    ("", "segment save big --tier core --tag vip"),
    ("", "segment save near --city 上海 --where 'name ~ 13812345678' --where 'created_at > -90d'"),
    ("", "add-deal c2 'a second line, 13812345678' --amount 120000.50 --probability 60 --quoted 2026-11-10 --valid-until 2026-11-30 --close-on 2026-12-15 --owner 王芳 --note 'ring 13812345678' --external-id D-1"),
    ("", "edit d1 --set priority=yes"),
    ("", "add-deal c2 'a lamp' --amount 90 --currency USD"),
    ("", "lose d2 --reason price"),
    ("", "add-deal c2 'spare parts' --amount 3000"),
    ("", "win d3 --order --on 2026-10-01"),
    ("", "add-contract c2 'service' --amount 60000 --from 2024-11-23 --until 2026-12-31 --terms 'net 30, 13812345678' --deal d3 --owner 王芳 --note 'in the safe' --external-id K-1 --milestone 'first look' --by 2026-12-01"),
    ("", "done k1:contract-review"),
    ("", "add-contract c2 'hire' --from 2024-11-20 --until 2027-12-31"),
    ("", "renew k1 --until 2028-12-31"),
    ("", "add-contract c2 'a licence' --from 2026-01-01 --until 2026-12-15"),
    ("", "renew k4 --no --reason 'bought elsewhere, 13812345678'"),
    ("", "add-contract c2 'a rent' --from 2026-01-01 --until 2026-12-10"),
    ("", "add-order c2 12.50 --on 2026-10-01 --currency USD --pay-by 2026-11-01 --contract k1 --note 'ten lamps, 13812345678' --external-id O-1"),
    ("", "add-order c2 800 --on 2026-10-02 --pay-by 2026-11-01 --paid 2026-10-30"),
    ("", "add-order c2 700 --on 2026-09-01 --pay-by 2026-10-01"),
    ("", "add-risk c2 'the buyer leaves, 13812345678' --level 1 --kind staff --owner 李雷 --external-id R-1"),
    ("", "snooze r1 2026-11-23"),
    ("", "add-risk c2 'late parts' --level 2"),
    ("", "done r2 'sent by air'"),
    ("", "attach k1 talk.txt --note 'signed, 13812345678'"),
    ("", "attach a1 talk.txt"),
    ("", "log-contact c2 'they like it' --deal d1 --at 2026-11-09"),
    ("", "edit h2 --set left_on="),
    ("", "handover c2 h2 h1 --on 2026-05-01"),
    ("", "verify c2 --by 王芳"),
    ("", "verify h1 --by 王芳"),
    ("", "edit c2 --set credit_grade=A --set credit_on=2026-11-01 --set blacklisted=yes"),
    ("", "config set quality.file_check on"),
    ("2026-10-12T09:00", "add-need c2 'late' --kind complaint"),
    ("", "done c2:churn 'we spoke'"),
    ("", "add-order c2 60 --on 2026-10-02 --pay-by 2026-12-01"),
)  # fmt: skip
"""The same of deals, contracts, orders, risks and files."""

INPUTS = {
    "days.csv": "2027-02-08 off\n2027-02-20 working\n",
    "list.csv": "name,city,tags,tier\nDelta,Bremen,vip,core\nEpsilon,Kiel,,\n",
    "bad.csv": "name,stage\nZeta,customer\nEta,nonsense\n",
    "people.csv": "客户名称,姓名,职务\nAcme,王五,CEO\n",
    "interactions.csv": "客户名称,跟进时间,跟进内容\nAcme,2026-11-01,hello\n",
    "tasks.csv": "customer,text,due\nAcme,ring,2026-12-01\nNobody,ring,2026-12-01\n",
    "needs.csv": "客户名称,需求内容,提出时间\nAcme,a lamp,2026-11-02 10:00\n",
    "promises.csv": "客户名称,承诺内容,承诺日期\nAcme,a lamp,2026-12-01\n",
    "deals.csv": "客户名称,商机名称,金额\nAcme,a lamp,12.50\n",
    "surveys.csv": "客户名称,类型,回访日期,总体\nAcme,relation,2026-11-02,4\n",
    "talk.txt": "A: hello\n",
    "hello.txt": "Dear {person}, how is {city}?\n",
}
"""The files that commands are given."""

LINES = '{"customer": "c2", "summary": "hi", "next": [{"text": "ring"}]}\n{"customer": "nobody"}\n'


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with that file, made once."""
    folder = tmp_path_factory.mktemp("filled")
    with mock.patch.dict(os.environ):
        for name in filter(is_foreign, list(os.environ)):
            del os.environ[name]
        os.environ.update(place_at(folder))
        write_inputs(folder)
        before = Path.cwd()
        os.chdir(folder)
        for now, command in FILLING:
            crm(command, **({"CRM_NOW": now} if now else {}))
        crm(f"undo {crm('undo').out.strip()}")  # the import, away and back again
        for now, command in (*SERVICE, *YEAR):
            crm(command, **({"CRM_NOW": now} if now else {}))
        crm("export all --reveal --out all.jsonl")
        crm(f"backup {folder / 'encrypted.db'}")
        crm("encrypt --db encrypted.db")
        os.chdir(before)
    with sqlite3.connect(folder / "crm.db") as connection:
        connection.execute("UPDATE customer SET priority = 1 WHERE id = 3")
    yield folder


def write_inputs(folder: Path) -> None:
    """Put them there."""
    for name, text in INPUTS.items():
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def full(filled: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This test's own copy of that file, in the folder it works in."""
    return copied(filled, place, monkeypatch)


def copied(source: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the file in `source` at this test's place."""
    with sqlite3.connect(source / "crm.db") as original, sqlite3.connect(place / "crm.db") as own:
        original.backup(own)
    (place / "crm.db").chmod(0o600)
    write_inputs(place)
    shutil.copy(place / "crm.db", place / "earlier.db")
    for name in ("all.jsonl", "encrypted.db", "crm.key"):
        shutil.copy(source / name, place)
    shutil.copytree(source / "crm.db.files", place / "crm.db.files", dirs_exist_ok=True)
    shutil.rmtree(place / "archive", ignore_errors=True)
    shutil.copytree(source / "archive", place / "archive")
    monkeypatch.chdir(place)
    return place


def nothing_in(value: Any) -> bool:
    """True for what says that there is nothing."""
    return value in (None, False, 0, "") or value == [] or value == {}


# --- the answers ---


class Case(NamedTuple):
    """A command, the schema of what it answers, and the exit code."""

    command: str
    schema: str
    code: int = 0


READING = (
    Case("crm --json", "day"),
    Case("crm --json --reveal", "day"),
    Case("crm due --json", "due"),
    Case("crm due --days 4000 --json --reveal", "due"),
    Case("crm due --limit 2 --json --explain", "due"),
    Case("crm due --tier core --kind task --exit-code --json", "due", 20),
    Case("crm due --stage lost --overdue --json", "due"),
    Case("crm due --notify --dry-run --json", "reminders"),
    Case("crm schedule show --json", "schedule"),
    Case("crm notify-test file urls --json", "notify-test", 1),
    Case("crm due --count --json", "due-count"),
    Case("crm due --why c2 --json", "due-why"),
    Case("crm due --why c6 --json", "due-why"),
    Case("crm due --why t1 --json", "due-why"),
    Case("crm due --why y1 --json", "due-why"),
    Case("crm due --why c2:unanswered --json", "due-why"),
    Case("crm due --why c4:win-back --json", "due-why"),
    Case("crm due --why n1:solve --json", "due-why"),
    Case("crm due --why n6:plan-confirm --json", "due-why"),
    Case("crm due --why l2 --json", "due-why"),
    Case("crm due --why p1 --json", "due-why"),
    Case("crm due --why p2:amends --json", "due-why"),
    Case("crm due --why s2 --json", "due-why"),
    Case("crm due --why v1 --json --reveal", "due-why"),
    Case("crm due --why c2:survey --json", "due-why"),
    Case("crm due --why c2:value-review --json", "due-why"),
    Case("crm due --why k5:renewal --json", "due-why"),
    Case("crm due --why k2:contract-review --json --reveal", "due-why"),
    Case("crm due --why crm:kb-review --json", "due-why"),
    Case("crm due --kind respond --kind kb-review --json", "due"),
    Case("crm find 精 --json", "find"),
    Case("crm find e --limit 1 --json", "find"),
    Case("crm find 13912345678 --json", "find"),
    Case("crm find vip --json --reveal", "find"),
    Case("crm find 1 --json", "find"),
    Case("crm show c1 --json", "customer"),
    Case("crm show c2 --json", "customer"),
    Case("crm show c2 --json --reveal --limit 0", "customer"),
    Case("crm show c2 --json --brief", "brief"),
    Case("crm show c3 --json --brief --reveal --limit 1", "brief"),
    Case("crm show c4 --json", "customer"),
    Case("crm show h1 --json", "person"),
    Case("crm show h2 --json --reveal", "person"),
    Case("crm show t1 --json", "task"),
    Case("crm show t3 --json --reveal", "task"),
    Case("crm show i1 --json", "interaction"),
    Case("crm show i3 --json --reveal", "interaction"),
    Case("crm show y1 --json", "key-date"),
    Case("crm show y2 --json --reveal", "key-date"),
    Case("crm show n1 --json", "need"),
    Case("crm show n1 --json --reveal --limit 1", "need"),
    Case("crm show n3 --json", "need"),
    Case("crm show l2 --json", "plan-step"),
    Case("crm show p1 --json", "promise"),
    Case("crm show p2 --json --reveal", "promise"),
    Case("crm show s1 --json", "survey"),
    Case("crm show s3 --json", "survey"),
    Case("crm show v1 --json", "review"),
    Case("crm show a1 --json", "article"),
    Case("crm show a2 --json --reveal", "article"),
    Case("crm show l4 --json", "plan-step"),
    Case("crm show d1 --json", "deal"),
    Case("crm due --why d1:quote --json", "due-why"),
    Case("crm due --why d1 --json --reveal", "due-why"),
    Case("crm history d1 --json", "history"),
    Case("crm pipeline --tier core --limit 1 --json", "pipeline"),
    Case("crm show d2 --json --reveal", "deal"),
    Case("crm show k1 --json", "contract"),
    Case("crm show k4 --json --reveal", "contract"),
    Case("crm show o1 --json", "order"),
    Case("crm show o2 --json --reveal", "order"),
    Case("crm show r1 --json", "risk"),
    Case("crm show r2 --json --reveal", "risk"),
    Case("crm pipeline --json", "pipeline"),
    Case("crm tiers --json", "tiers"),
    Case("crm tiers --as-of 2026-11-19 --tier core --limit 1 --json", "tiers"),
    Case("crm show f1 --json", "attachment"),
    Case("crm attach c3 talk.txt --note new --json", "attachment"),
    Case("crm attach c4 talk.txt --json --dry-run", "attachment"),
    Case("crm attach f1 --open --json", "attachment"),
    Case("crm attach c2 --list --json", "attachments"),
    Case("crm attach c2 --list --limit 1 --json --reveal", "attachments"),
    Case("crm attach c4 --list --json", "attachments"),
    Case("crm show f2 --json --reveal", "attachment"),
    Case("crm find 二号 --json", "find"),
    Case("crm find service --json", "find"),
    Case("crm find lamps --kind order --json --reveal", "find"),
    Case("crm triage --json", "triage"),
    Case("crm triage --json --reveal --limit 2", "triage"),
    Case("crm triage n2 --json", "need"),
    Case("crm triage --why n1 --json", "triage-why"),
    Case("crm survey --list --json", "surveys"),
    Case("crm survey --list --json --reveal --limit 1", "surveys"),
    Case("crm survey c2 --list --kind relation --json", "surveys"),
    Case("crm survey n7 --script --json", "survey-script"),
    Case("crm survey --script --kind deep --json", "survey-script"),
    Case("crm kb --json", "articles"),
    Case("crm kb manual --type problem --json --reveal", "articles"),
    Case("crm report funnel --json", "report-funnel"),
    Case("crm report funnel --period 2026Q4 --compare 2025 --json --reveal", "report-funnel"),
    Case("crm report follow-up --json", "report-follow-up"),
    Case("crm report follow-up --period 2026 --customer c1 --compare --json", "report-follow-up"),
    Case("crm report service --json", "report-service"),
    Case("crm report service --period 2025 --customer c2 --json", "report-service"),
    Case("crm report satisfaction --json", "report-satisfaction"),
    Case(
        "crm report satisfaction --period 2026Q4 --json --reveal --limit 1", "report-satisfaction"
    ),
    Case("crm report promises --json", "report-promises"),
    Case("crm report promises --customer c1 --period 2026 --json", "report-promises"),
    Case("crm report value --json", "report-value"),
    Case(
        "crm report value --period 2026Q4 --customer c1 --compare 2025 --json --reveal",
        "report-value",
    ),
    Case("crm report quality --json", "report-quality"),
    Case("crm report quality --period 2026 --tier core --json", "report-quality"),
    Case("crm report all --json", "report-all"),
    Case("crm report all --period 2026Q4 --customer c1 --json --reveal", "report-all"),
    Case("crm list-customers --json", "customers"),
    Case("crm due --days 90 --segment big --json", "due"),
    Case("crm segment --json", "segments"),
    Case("crm segment list --json --reveal", "segments"),
    Case("crm message hello.txt --tier core --skip-missing --json --dry-run", "message"),
    Case("crm list-customers --json --reveal", "customers"),
    Case("crm list-customers --limit 2 --sort -name --json", "customers"),
    Case("crm list-customers --where 'city = nowhere' --json", "customers"),
    Case("crm history --json", "changes"),
    Case("crm history --limit 3 --json --reveal", "changes"),
    Case("crm history c2 --json", "history"),
    Case("crm history c2 --limit 1 --json", "history"),
    Case("crm history c3 --json --reveal", "history"),
    Case("crm history c5 --json", "history"),
    Case("crm history c7 --json", "history"),
    Case("crm history i1 --json", "history"),
    Case("crm history y1 --json", "history"),
    Case("crm history n1 --json", "history"),
    Case("crm history p1 --json --reveal", "history"),
    Case("crm history d1 --json", "history"),
    Case("crm history k1 --json --reveal", "history"),
    Case("crm history o1 --json", "history"),
    Case("crm history r1 --json", "history"),
    Case("crm history f1 --json", "history"),
    Case("crm history x1 --json", "history"),
    Case("crm history x37 --json", "history"),
    Case("crm archive --due --json", "archive-due"),
    Case("crm archive --due --period 2026 --json", "archive-due"),
    Case("crm archive --due --period 2026-11 --limit 1 --json", "archive-due"),
    Case("crm archive --list --json", "archive-list"),
    Case("crm archive c3 --list --json", "archive-list"),
    Case("crm archive --list --limit 1 --json", "archive-list"),
    Case("crm archive --verify --json", "archive-verify"),
    Case("crm calendar --json", "calendar"),
    Case("crm calendar --year 2027 --json", "calendar"),
    Case("crm config --json", "settings"),
    Case("crm config list --json", "settings"),
    Case("crm config get timezone --json", "setting"),
    Case("crm config path --json", "config-path"),
    Case("crm export --subject h1", "subject"),
    Case("crm doctor --json", "doctor"),
    Case("crm doctor --duplicates --json", "duplicates"),
    Case("crm doctor --duplicates --limit 1 --json", "duplicates"),
)
WRITING = (
    Case("crm add-customer New --person 王五 --phone 13911112222 --json", "customer"),
    Case("crm add-customer New --kind person --json --dry-run", "customer"),
    Case("crm add-person c3 王五 --email w@example.com --json", "person"),
    Case("crm add-task c3 'ring 13812345678' --due 15:00 --json", "task"),
    Case("crm merge-customers c3 c2 --yes --json", "merged"),
    Case("crm merge-customers c2 c4 --json --dry-run", "merged"),
    Case("crm archive c2 --period 2026-11 --json", "archive"),
    Case("crm archive c3 --period 2026Q1 --json", "archive"),
    Case("crm archive c3 --period 2026 --json --dry-run", "archive"),
    Case("crm archive c2 --period 2026-11 --out . --json", "archive"),
    Case("crm archive c2 --period 2026-11 --out . --json --reveal", "archive"),
    Case("crm archive --all --period 2026 --yes --json", "archive-all"),
    Case("crm archive --prune --yes --json", "archive-prune"),
    Case("crm archive c2 --retire --json", "customer"),
    Case("crm forget h1 --json --dry-run", "forget"),
    Case("crm forget c2 --yes --json --reason asked", "forget"),
    Case("crm key-date c3 anniversary 02-29 --json", "key-date"),
    Case("crm key-date c3 anniversary lunar:12-30 --json", "key-date"),
    Case("crm handover c2 h1 王五 --phone 13911112222 --json", "handover"),
    Case("crm handover c2 h1 王五 --json --dry-run --reveal", "handover"),
    Case("crm play c2 revive --json", "play"),
    Case("crm play c2 escort --json --dry-run", "play"),
    Case("crm verify c2 --by Ann --json", "customer"),
    Case("crm verify h1 --json", "person"),
    Case("crm log-contact c3 hello --next more --json", "interaction"),
    Case("crm log-contact c4 'back again' --stage interested --json --reveal", "interaction"),
    Case("crm log-contact --stdin --json", "interactions", 5),
    Case("crm done t1 sent --next more --next 'yet more' --json", "task"),
    Case("crm done y1 --next more --json", "key-date"),
    Case("crm done c4:win-back --next more --json", "customer"),
    Case("crm done i2:unanswered --next more --json", "interaction"),
    Case("crm edit c2 --set stage=lost --set loss_reason=price --json", "customer"),
    Case("crm edit h1 --set title=CEO --json", "person"),
    Case("crm edit t1 --set due=15:00 --json", "task"),
    Case("crm edit i1 --set cost=99 --json", "interaction"),
    Case("crm edit y1 --set day=05-20 --json", "key-date"),
    Case("crm edit n1 --set budget=99 --json", "need"),
    Case("crm edit l2 --set due=2026-12-08 --json", "plan-step"),
    Case("crm edit p1 --set level=surprise --json", "promise"),
    Case("crm edit s1 --set overall=3 --json", "survey"),
    Case("crm edit v1 --set cause=speed --json", "review"),
    Case("crm edit a1 --set type=insight --json", "article"),
    Case("crm add-need c2 'a printed manual once more' --json", "need"),
    Case("crm add-need c3 'a lamp, ring 13812345678' --urgency urgent --json --dry-run", "need"),
    Case("crm triage n2 --urgency important --json", "need"),
    Case("crm plan-need n2 --step more --json", "need"),
    Case("crm schedule-need n2 --for later --json", "need"),
    Case("crm delay n4 --until 2027-05-01 --reason why --json", "need"),
    Case("crm delay l3 --until 2026-12-08 --reason why --told --json", "plan-step"),
    Case("crm delay p5 --until 2026-12-08 --reason why --json --dry-run", "promise"),
    Case("crm delay t1 --until 2026-12-08 --reason why --json", "task"),
    Case("crm wait n2 --json", "need"),
    Case("crm resume n3 --json", "need"),
    Case("crm resolve n1 'a new drive' --json --reveal", "need"),
    Case("crm confirm n6 --plan --json", "need"),
    Case("crm reopen n7 --json", "need"),
    Case("crm decline n2 --reason 'not ours' --json", "need"),
    Case("crm escalate n2 --level 3 --to 王经理 --json", "need"),
    Case("crm done n6:plan-confirm --next more --json", "need"),
    Case("crm done n1:progress --json", "need"),
    Case("crm done l2 'it runs' --next 'ask them' --json", "plan-step"),
    Case(
        "crm add-contract c3 'ring 13812345678' --until 2027-12-31 --milestone a --by fri --json",
        "contract",
    ),
    Case("crm renew k2 --amount 9 --json --reveal", "contract"),
    Case("crm renew k2 --no --reason 'ring 13812345678' --json --dry-run", "contract"),
    Case("crm edit k2 --set amount=9 --json", "contract"),
    Case("crm done k5:renewal --next more --json", "contract"),
    Case("crm done k2:contract-review --json", "contract"),
    Case("crm done c3:value-review --json", "customer"),
    Case("crm snooze k5:renewal 2026-12-01 --json", "snooze"),
    Case("crm snooze c2:value-review 2028-12-01 --json", "snooze"),
    Case("crm add-promise c3 'ring 13812345678' --due 'fri 15:00' --json", "promise"),
    Case("crm warn p1 --impact late --option later --json", "promise"),
    Case("crm break p1 --reason late --json", "promise"),
    Case("crm done p1 sent --next more --json", "promise"),
    Case("crm done p2:amends --json", "promise"),
    Case("crm add-deal c3 'a lamp, 13812345678' --amount 12.50 --json", "deal"),
    Case("crm edit d1 --set amount=99 --set currency=JPY --json", "deal"),
    Case("crm win d1 --json --dry-run", "deal"),
    Case("crm lose d1 --reason 'price, 13812345678' --json", "deal"),
    Case("crm done d1:deal 'later' --next more --json", "deal"),
    Case("crm snooze d1:quote 8wd --json", "snooze"),
    Case("crm delete d1 --json", "deleted"),
    Case("crm import deals.csv --as deals --json", "import"),
    Case("crm survey n7 --overall 2 --json", "survey"),
    Case("crm survey s2 --no-answer --json", "survey"),
    Case("crm done s2 --next more --json", "survey"),
    Case("crm review s1 --cause speed --action 'call the carrier' --json", "review"),
    Case("crm done v1 'called the carrier' --next more --json", "review"),
    Case("crm add-article Lamps --type insight --text 'ring 13812345678' --json", "article"),
    Case("crm done crm:kb-review --json", "settled"),
    Case("crm tiers --apply --yes --json", "tiers"),
    Case("crm snooze c2 3wd --json", "snooze"),
    Case("crm snooze t1 3wd --json", "snooze"),
    Case("crm snooze y1 3wd --json", "snooze"),
    Case("crm snooze l3 3wd --json", "snooze"),
    Case("crm snooze s2 8wd --json", "snooze"),
    Case("crm snooze v1 3wd --json", "snooze"),
    Case("crm add-deal c3 'ring 13812345678' --amount 5 --json", "deal"),
    Case("crm win d1 --order --json", "deal"),
    Case("crm lose d1 --reason price --json", "deal"),
    Case("crm edit d1 --set amount=7 --json", "deal"),
    Case("crm edit-deal d1 --amount 7 --json", "deal"),
    Case("crm done d1:quote --json", "deal"),
    Case("crm add-order c3 12.50 --pay-by 2026-12-01 --json", "order"),
    Case("crm paid o2 --json", "order"),
    Case("crm edit o2 --set note=lamps --json", "order"),
    Case("crm done o2:payment --json", "order"),
    Case("crm add-risk c3 'ring 13812345678' --level 3 --json", "risk"),
    Case("crm edit r1 --set level=2 --json", "risk"),
    Case("crm done r1 'they stay' --next 'ask again' --json", "risk"),
    Case("crm edit f1 --set note=signed --json", "attachment"),
    Case("crm tag c2 new --remove vip --json", "tags"),
    Case(
        "crm segment save far --city 苏州 --where 'last_contact_on < -30d' --where 'name ~ 13812345678' --json",
        "segment",
    ),
    Case("crm segment save big --tier core --json --reveal", "segment"),
    Case("crm segment delete big --json", "segment"),
    Case("crm message talk.txt --tier core --log --yes --json", "message"),
    Case(
        "crm message hello.txt --all --skip-missing --out letters --subject 'To {name}' --json",
        "message",
    ),
    Case("crm delete c2 --json", "deleted"),
    Case("crm delete h1 --json", "deleted"),
    Case("crm delete t1 --json", "deleted"),
    Case("crm delete i1 --json", "deleted"),
    Case("crm delete y1 --json", "deleted"),
    Case("crm delete n1 --json", "deleted"),
    Case("crm delete l2 --json", "deleted"),
    Case("crm delete p1 --json", "deleted"),
    Case("crm delete s1 --json", "deleted"),
    Case("crm delete a1 --json", "deleted"),
    Case("crm undo --json", "undo"),
    Case("crm config set tiers.core.every 3w --json", "setting"),
    Case("crm config set privacy.mask never --json", "setting"),
    Case("crm config unset tiers.core.every --json", "setting"),
    Case("crm calendar import days.csv --json", "calendar"),
    Case("crm import list.csv --json", "import"),
    Case("crm import list.csv --json --dry-run", "import"),
    Case("crm import bad.csv --json", "import", 5),
    Case("crm import people.csv --as people --json", "import"),
    Case("crm import interactions.csv --as interactions --json", "import"),
    Case("crm import tasks.csv --as tasks --json --dry-run", "import", 5),
    Case("crm import needs.csv --as needs --json", "import"),
    Case("crm import promises.csv --as promises --json", "import"),
    Case("crm import surveys.csv --as surveys --json --dry-run", "import"),
    Case("crm import all.jsonl --as all --db new.db --json", "import"),
    Case("crm export customers --out out.csv --json", "export"),
    Case("crm export all --out out.jsonl --reveal --json", "export"),
    Case("crm backup --json", "backup"),
    Case("crm restore earlier.db --json --dry-run", "restore"),
    Case("crm restore earlier.db --yes --json", "restore"),
    Case("crm encrypt --json", "encryption"),
    Case("crm decrypt --db encrypted.db --yes --json", "encryption"),
    Case("crm migrate --json", "migrate"),
    Case("crm doctor --fix --json", "doctor"),
)
ERRORS = (
    Case("crm due --days soon --json", "bad_value", 2),
    Case("crm add-customer New --stage nonsense --json", "bad_value", 2),
    Case("crm nonsense --json", "bad_value", 2),
    Case("crm due --nonsense --json", "bad_value", 2),
    Case("crm due --lang fr --json", "bad_value", 2),
    Case("crm show nobody --json", "not_found", 3),
    Case("crm show t99 --json", "not_found", 3),
    Case("crm import nowhere.csv --json", "not_found", 3),
    Case("crm show o --json", "ambiguous", 3),
    Case("crm add-customer Acme --json", "forbidden", 4),
    Case("crm done t5 --json", "forbidden", 4),
    Case("crm done n1:solve --json", "forbidden", 4),
    Case("crm resolve t1 x --json", "bad_value", 2),
    Case("crm undo x4 --json", "forbidden", 4),
    Case("crm config edit --json", "failed", 1),
    Case("crm due --db list.csv --json", "store", 10),
)
every = pytest.mark.parametrize("case", (*READING, *WRITING), ids=lambda case: case.command)


def answer_of(case: Case, **environment: str) -> Ran:
    """What the command answers, in this process."""
    ran = run_in_process(case.command, LINES, **environment)
    assert ran.code == case.code, ran
    return ran


def properties_of(schema: Any) -> Any:
    """The fields of an answer's item, or of each of its items."""
    fields = schema["properties"]
    inner = fields.get("item") or fields["items"]["items"]
    return PIECES[inner["$ref"].rpartition("/")[2]] if "$ref" in inner else inner


@every
def test_the_answer_is_as_its_schema_has_it(full: Path, case: Case) -> None:
    answer = answer_of(case).json
    insist(f"crm.{case.schema}.json", answer)
    assert answer["schema"] == f"crm.{case.schema}/1"
    if "items" in answer:
        assert answer["count"] == len(answer["items"])


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.command)
def test_an_error_is_one_line_as_its_schema_has_it_in_any_language(full: Path, case: Case) -> None:
    ran = answer_of(case)
    told = ran.err.splitlines()[-1]
    error = json.loads(told)
    insist("error.json", error)
    assert (error["error"]["code"], error["error"]["kind"], ran.out) == (case.code, case.schema, "")
    assert answer_of(case, CRM_LANG="zh").err.splitlines()[-1] == told


READ_FROM_NOTHING = [
    case.command
    for case in READING
    if case.command.split()[1] in ("--json", "list-customers", "find", "config", "kb")
    or case.command
    in (
        "crm due --json",
        "crm due --count --json",
        "crm history --json",
        "crm triage --json",
        "crm survey --list --json",
        "crm pipeline --json",
        "crm report funnel --json",
        "crm report follow-up --json",
        "crm report service --json",
        "crm report satisfaction --json",
        "crm report promises --json",
        "crm report value --json",
        "crm report quality --json",
        "crm report all --json",
    )
]


@pytest.mark.parametrize("command", READ_FROM_NOTHING)
def test_without_a_file_the_answers_have_the_same_schemas(command: str) -> None:
    answer = crm(command).json
    insist(f"crm.{answer['schema'][4:-2]}.json", answer)


# --- languages ---


@every
def test_no_language_changes_an_answer(
    filled: Path, place: Path, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    copied(filled, place, monkeypatch)
    english = answer_of(case)
    for path in place.iterdir():
        if path.is_file():
            path.unlink()
    for one in ("state", *(path.name for path in place.glob("*需求档案*"))):
        shutil.rmtree(place / one, ignore_errors=True)
    copied(filled, place, monkeypatch)
    if case in READING:
        chinese = answer_of(case._replace(command=f"{case.command} --lang zh"))
    else:  # which note their command line
        chinese = answer_of(case, CRM_LANG="zh")
    if case.schema == "survey-script":  # which is for the customer, in the language spoken
        told, meant = chinese.json, english.json
        assert told["item"].pop("text") != meant["item"].pop("text")
        assert told == meant
    else:
        assert chinese.out == english.out


# --- real processes ---


# What is handed out about somebody tells of the times before.
_SAME_AGAIN = [case for case in READING if "--subject" not in case.command]


@pytest.mark.parametrize("case", [*_SAME_AGAIN[::9], *ERRORS[::4]], ids=lambda case: case.command)
def test_the_real_program_answers_the_same(full: Path, case: Case) -> None:
    assert run_process(case.command) == answer_of(case)


# --- nothing is left out ---


def test_every_command_answers_in_json_and_every_list_as_csv() -> None:
    lists = {
        command.split()[1]
        for schema in ANSWERS.values()
        for command in schema["x-commands"]
        if "items" in schema["properties"] and "--stdin" not in command
    }
    for name in COMMANDS:
        options = {option for parameter in build(name).params for option in parameter.opts}
        assert ("--json" in options) == (name not in SILENT), name
        assert ("--csv" in options) == (name in lists), name


def test_every_command_and_every_schema_is_tested() -> None:
    tested = {(case.schema, word_of(case.command)) for case in (*READING, *WRITING)}
    told = {
        (name, word_of(command))
        for name, schema in ANSWERS.items()
        for command in schema["x-commands"]
    }
    assert tested == told
    assert {word for _, word in told} == {"", *COMMANDS} - SILENT
    assert {case.schema for case in ERRORS} == set(
        SCHEMAS["error.json"]["properties"]["error"]["properties"]["kind"]["enum"]
    )
    assert json_reference.EXAMPLES.keys() == {*ANSWERS, "error"} - json_reference.AS_ITS_PARTS


def word_of(command: str) -> str:
    """The command's name; nothing for `crm` alone."""
    word = [*shlex.split(command), ""][1]
    return "" if word.startswith("-") else word


SERVICE_PIECES = (
    "need", "plan_step", "promise", "survey", "review", "article", "need_event", "escalation", "article_named",
)  # fmt: skip
YEAR_PIECES = (
    "deal",
    "contract",
    "order",
    "risk",
    "attachment",
    "spend",
    "spend_in",
    "customer_value",
    "churn_reason",
)


def test_the_file_of_these_tests_fills_every_field_and_has_every_kind(full: Path) -> None:
    seen: dict[str, set[str]] = {name: set() for name in PIECES}

    def look(piece: str, value: dict[str, Any]) -> None:
        seen[piece] |= {name for name, each in value.items() if not nothing_in(each)}
        for name, field in PIECES[piece]["properties"].items():
            inner = field.get("items", field).get("$ref", "").rpartition("/")[2]
            if "properties" in PIECES.get(inner, {}) and value.get(name):
                each = value[name] if isinstance(value[name], list) else [value[name]]
                for one in each:
                    look(inner, one)

    for command in ("show c1", "show c2", "show c3", "show c4"):
        look("customer", crm(f"{command} --json --reveal --limit 0").json["item"])
    for reference in ("t3", "t4", "t5"):
        look("task", crm(f"show {reference} --json").json["item"])
    look("customer", crm("show c6 --json").json["item"])
    for reference in ("i1", "i3", "i4", "i7"):
        look("interaction", crm(f"show {reference} --json").json["item"])
    for reference in ("n1", "n3", "n4", "n5", "n7"):
        look("need", crm(f"show {reference} --json").json["item"])
    for reference in ("p1", "p2", "p3", "p4"):
        look("promise", crm(f"show {reference} --json").json["item"])
    for reference in ("s1", "s2", "s3", "s4"):
        look("survey", crm(f"show {reference} --json").json["item"])
    for reference in ("a1", "a2"):
        look("article", crm(f"show {reference} --json").json["item"])
    look("need", crm("add-need c2 'a printed manual once more' --json").json["item"])
    due = crm("due --days 4000 --json").json["items"]
    assert {item["kind"] for item in due} == set(ranking.KIND_WEIGHTS)
    assert {item["light"] for item in due} == {"red", "yellow", "green"}
    look("review", crm("review s1 --cause speed --action 'call them' --json").json["item"])
    crm("done t1 sent")
    look("interaction", crm("show i1 --json").json["item"])
    for piece in (
        "customer",
        "person",
        "task",
        "key_date",
        "interaction",
        "next_step",
        *SERVICE_PIECES,
        *YEAR_PIECES,
    ):
        never = {"next", "order", "retired_on"}  # told by the command that made them
        assert seen[piece] - never == PIECES[piece]["properties"].keys() - never, piece
    lives = {one["lifecycle"] for one in crm("list-customers --json").json["items"]}
    assert lives == {"lost", "lead", "new", "dormant", "established"}
    actions = {
        one["action"]
        for ref in ("c2", "c3", "c5", "c7")
        for one in crm(f"history {ref} --json").json["items"]
    }
    assert actions == {"insert", "update", "delete", "restore", "remove"}


def test_only_show_tells_the_whole_story_and_only_done_what_came_next(full: Path) -> None:
    story = {
        "needs",
        "need_count",
        "promises",
        "surveys",
        "tasks",
        "key_dates",
        "interactions",
        "interaction_count",
        *(f"{piece}s" for piece in YEAR_PIECES[:5]),
        *(f"{piece}_count" for piece in YEAR_PIECES[:5]),
        "spend",
        "benefits",
        "next_visit_on",
        "value_review_on",
        "business_review_on",
        "solution_review_on",
        "care_on",
        "value",
        "churn",
    }
    customer = PIECES["customer"]
    assert customer["properties"].keys() - set(customer["required"]) == {*story, "next"}
    assert story < crm("show c2 --json").json["item"].keys()
    for command in ("edit c2 --set size=9 --json", "done c4:win-back --json"):
        assert crm(command).json["item"].keys() == set(customer["required"])
    done = crm("done t1 sent --next ask --next 'ask again' --on fri --json").json["item"]
    assert [(one["text"], one["on"]) for one in done["next"]] == [
        ("ask", "2026-11-27"),
        ("ask again", "2026-11-27"),
    ]


def test_masked_stands_where_anything_is_masked_and_nowhere_else(full: Path) -> None:
    for case in READING:
        ran = answer_of(case)
        assert ("masked" in ran.json) == ("*" in ran.out), case
        if "--reveal" in case.command:
            assert "masked" not in ran.json
        else:
            assert "13812345678" not in ran.out, case


def test_more_stands_where_the_limit_cut_and_nowhere_else(full: Path) -> None:
    for command in ("due", "find e", "list-customers", "history", "history c2", "doctor --duplicates"):  # fmt: skip
        whole = crm(f"{command} --json").json
        assert "more" not in whole
        assert "more" not in crm(f"{command} --limit {whole['count']} --json").json
        if whole["count"] > 1:
            assert crm(f"{command} --limit 1 --json").json["more"] is True


def test_history_tells_money_and_references_as_records_do(full: Path) -> None:
    crm("edit i1 --set cost=99")
    crm("edit c2 --set referred_by=c3 --set priority=no")
    crm("done c2:unanswered")
    told = {
        one["field"]: (one["old"], one["new"])
        for ref in ("i1", "c2")
        for one in crm(f"history {ref} --json").json["items"]
        if one["field"] and one["record"] in ("interaction", "customer")
    }
    assert told["cost"] == (120.5, 99.0)
    assert told["referred_by"] == ("c1", "c3")
    assert told["unanswered_done_id"] == (None, "i9")


def test_undo_hides_the_numbers_of_the_command_it_takes_back(full: Path) -> None:
    crm("add-task c2 'ring 13812345678' --reason 'or 13812345678'")
    assert "13812345678" not in crm("undo --dry-run --json").out
    assert "13812345678" in crm("undo --dry-run --json --reveal").out
    assert "13812345678" not in crm("history --json").out


# --- the schemas themselves ---


def objects(schema: Any) -> Iterator[Any]:
    """Every schema of an object within."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_closed_and_says_of_every_field_what_it_is(name: str) -> None:
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["description"].endswith(".")
    if name.startswith("crm."):
        assert schema["title"] == name.removesuffix(".json") + "/1"
        assert schema["properties"]["schema"]["const"] == schema["title"]
    for one in objects(schema):
        assert "additionalProperties" in one
        if "properties" not in one:  # a map
            continue
        if name != "export.all.json":
            assert one["additionalProperties"] is False
        assert set(one["required"]) <= one["properties"].keys()
        for field, holds in one["properties"].items():
            if field in ("item", "items") and one is schema:
                continue
            told = resolved(holds)
            assert told["description"].rstrip(".") != "", field
            assert "\n" not in told["description"]
            assert {"type", "const", "$ref", "anyOf", "properties"} & told.keys(), field


def resolved(schema: Any) -> Any:
    """What a field's `$ref` stands for, beside what the field says itself."""
    found = schema
    if "$ref" in schema:
        found = SCHEMAS[json_reference.SHARED]
        for step in schema["$ref"].partition("#/")[2].split("/"):
            found = found[step]
    return {**found, **schema}


def test_the_checks_bite() -> None:
    good = {"ref": "t1", "text": "ring", "on": "2026-11-20", "owner": None}
    wrong = (
        {"ref": "1"}, {"text": None}, {"on": "20.11.2026"}, {"on": "2026-11-20T09:00:00+08:00"}, {"more": 1},
    )  # fmt: skip
    with pytest.raises(AssertionError):
        insist("crm.day.json", {"schema": "crm.day/1", "item": {}})
    for change in ({}, *wrong):
        found = list(
            Draft202012Validator(
                {"$ref": "shared.json#/$defs/next_step"}, registry=REGISTRY, format_checker=FORMATS
            ).iter_errors(good | change)
        )
        assert bool(found) == bool(change), change
    for text in ("2026-11-20T09:00:00", "2026-11-20", "now"):
        assert not FORMATS.conforms(text, "date-time")
    assert FORMATS.conforms("2026-11-20T09:00:00+08:00", "date-time")


def words_of(piece: str, field: str) -> set[str]:
    """The words that a field of a shared piece may hold."""
    schema = PIECES[piece]["properties"][field]
    return set(schema.get("items", schema)["enum"]) - {None}


def test_the_words_in_the_schemas_are_those_of_the_handbook() -> None:
    for piece, field, known in (
        ("customer", "kind", terms.KIND.words),
        ("customer", "stage", terms.STAGE.words),
        ("customer", "lifecycle", terms.LIFECYCLE.words),
        ("customer", "prefer", terms.CHANNEL.words),
        ("customer", "intent", terms.INTENT.words),
        ("customer_named", "stage", terms.STAGE.words),
        ("person", "roles", terms.ROLE.words),
        ("interaction", "channel", terms.CHANNEL.words),
        ("interaction", "direction", terms.DIRECTION.words),
        ("interaction", "intent", terms.INTENT.words),
        ("interaction", "stage", terms.STAGE.words),
        ("due_item", "kind", terms.DUE_KIND.words),
        ("need", "kind", terms.NEED_KIND.words),
        ("need", "urgency", terms.URGENCY.words),
        ("need", "strength", terms.STRENGTH.words),
        ("need", "status", terms.NEED_STATUS.words),
        ("need_event", "kind", states.EVENTS),
        ("promise", "by", terms.PROMISE_BY.words),
        ("promise", "level", terms.PROMISE_LEVEL.words),
        ("survey", "kind", terms.SURVEY_KIND.words),
        ("survey", "status", terms.SURVEY_STATUS),
        ("review", "cause", terms.CAUSE.words),
        ("article", "type", terms.ARTICLE_KIND.words),
        ("deal", "stage", terms.DEAL_STAGE.words),
    ):
        assert words_of(piece, field) == set(known), (piece, field)
    kinds = properties_of(ANSWERS["day"])["properties"]["kinds"]["propertyNames"]["enum"]
    assert set(kinds) == set(terms.DUE_KIND.words)
    records = properties_of(ANSWERS["history"])["properties"]["record"]["enum"]
    assert set(records) == {*frozen.TABLES, "order"} - {"customer_order"}
    checks = properties_of(ANSWERS["doctor"])["properties"]["name"]["enum"]
    assert checks == [check.name for check in checking.CHECKS]
    kinds = properties_of(ANSWERS["import"])["properties"]["kind"]["enum"]
    assert kinds == [*importing.KINDS, importing.EVERYTHING]
    kinds = properties_of(ANSWERS["export"])["properties"]["kind"]["enum"]
    assert kinds == [*leaving.KINDS, export.EVERYTHING, export.SUBJECT]
    formats = properties_of(ANSWERS["export"])["properties"]["format"]["enum"]
    assert formats == list(dict.fromkeys((*export.FORMATS, *reversed(subject.FORMATS))))
    reasons = PIECES["customer"]["properties"]["loss_reason"]["pattern"]
    assert reasons == f"^({'|'.join(terms.LOSS_REASON.words)}(: .+)?)$"
    error = SCHEMAS["error.json"]["properties"]["error"]["properties"]
    classes = (CrmError, *CrmError.__subclasses__())
    assert error["kind"]["enum"] == list(dict.fromkeys(one.kind for one in classes))
    assert set(error["code"]["enum"]) == {one.code for one in classes}


# --- what a program gets of a reminder ---


def test_a_reminder_of_everything_is_as_its_schema_has_it(full: Path) -> None:
    """And has no name of a person and no number."""
    taking = full / "take.py"
    taking.write_text("import sys; open('taken', 'wb').write(sys.stdin.buffer.read())", "utf-8")
    place = {
        "CRM_NOTIFY_CHANNELS": "command",
        "CRM_NOTIFY_COMMAND": shlex.join([sys.executable, str(taking)]),
        "CRM_NOTIFY_LINES": "100",
        "CRM_NOW": "2026-11-23T09:00",
    }
    assert crm("due --notify", **place) == (0, "", "")
    whole = (full / "taken").read_text("utf-8")
    given = json.loads(whole)
    insist("notification.json", given)
    assert len({item["kind"] for item in given["items"]}) > 10
    assert len(given["text"].splitlines()) == given["count"] == len(given["items"])
    assert not any(secret in whole for secret in ("张伟", "李雷", "王芳", "138123", "139123"))
    assert "张*" in given["text"] and "138****5678" in given["text"]


# --- CSV ---

LISTS = (
    "due --days 400", "find e", "find vip", "list-customers", "list-customers --reveal", "history", "history c2", "config",
    "doctor", "doctor --duplicates", "triage", "triage --reveal", "survey --list", "kb", "pipeline",
)  # fmt: skip


@pytest.mark.parametrize("command", LISTS)
def test_csv_says_what_json_says_under_the_same_names(full: Path, command: str) -> None:
    answer = crm(f"{command} --json").json
    header, *rows = csv.reader(io.StringIO(crm(f"{command} --csv").out, newline=""), strict=True)
    name = answer["schema"].removeprefix("crm.").removesuffix("/1")
    assert sorted(header) == sorted(properties_of(ANSWERS[name])["required"])
    assert rows == [[csv_out.cell(item[name]) for name in header] for item in answer["items"]]
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@"))


def test_csv_of_nothing_is_its_header(place: Path) -> None:
    for command in ("due", "list-customers", "find x"):
        assert crm(f"{command} --csv").out.count("\n") == 1


def test_a_formula_is_defused(full: Path) -> None:
    rows = csv.DictReader(io.StringIO(crm("list-customers --where 'ref = c6' --csv").out))
    told = next(row for row in rows if row["ref"] == "c6")
    assert (told["name"], told["note"], told["industry"], told["city"]) == (
        "'=1+1",
        "'+1",
        "'-x",
        "'@home",
    )


# --- exports ---


@pytest.mark.parametrize("reveal", ["", " --reveal"])
@pytest.mark.parametrize("what", [*leaving.KINDS, export.EVERYTHING])
def test_every_line_of_an_export_is_as_its_schema_has_it(
    full: Path, what: str, reveal: str
) -> None:
    lines = crm(f"export {what} --format jsonl{reveal}").lines
    assert len(lines) > 1
    for line in lines:
        insist(f"export.{what}.json", json.loads(line))


# --- the page ---


def test_the_page_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "docs.json_reference", "--check"],
        cwd=json_reference.ROOT.parent,
        check=False,
    )
    assert done.returncode == 0, "docs/json.md is stale; run: make docs"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file of the page's examples."""
    monkeypatch.chdir(tmp_path)
    Path("new.csv").write_text(json_reference.NEW_CSV, encoding="utf-8")
    for command in json_reference.FILLING:
        crm(command, CRM_ACTOR="me")


@pytest.mark.parametrize("recipe", json_reference.RECIPES, ids=lambda recipe: recipe.question)
def test_a_recipe_does_what_it_says(small: None, recipe: json_reference.Recipe) -> None:
    expected = list(recipe.python(crm(recipe.command).json))
    assert expected
    page = json_reference.PAGE.read_text(encoding="utf-8")
    assert f"$ {recipe.line()}\n" in page
    if not recipe.into:
        assert "\n".join(expected) in page
    given = "".join(f"{line}\n" for line in expected)
    if shutil.which("jq"):
        answer = run_process(recipe.command).out
        program = shlex.split(f"jq {recipe.jq}")
        done = subprocess.run(program, input=answer.encode(), capture_output=True, check=True)
        assert done.stdout.decode() == given
    if recipe.into:
        made = crm(recipe.into, given).lines
        assert made == [f"i{number}" for number in range(2, 2 + len(expected))]
