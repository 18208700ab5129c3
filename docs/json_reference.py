"""Writes docs/json.md, what scripts read, from docs/schemas and from answers of the program itself (`make docs`)."""

import io
import json
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from crmcli import app
from crmcli.errors import CrmError

ROOT = Path(__file__).resolve().parent
PAGE = ROOT / "json.md"
SCHEMAS = ROOT / "schemas"
SHARED, ERROR, NOTIFICATION = "shared.json", "error.json", "notification.json"
NOW = "2026-11-20T09:00"
_ROOM = 110
_SHOWN = 2  # items of a list

FILLING = (
    "crm config set fields.seats number",
    "crm add-customer 'Acme Ltd' --tier core --stage customer --since 2025-03-01 --city Leeds --external-id A-7 --tag vip --field seats=12",
    "crm add-person c1 'Jane Roe' --title Buyer --role buyer --phone 13800005678 --email jane@example.com",
    "crm add-customer 'Beta GmbH' --tier core --stage interested --industry steel --prefer email --person 'Max Kern' --email max@example.org",
    "crm add-customer 'Gamma Inc' --phone 13800005678 --allow-duplicate",
    "crm log-contact c1 'wants a new quote' --at 2026-10-16T10:00 --with Jane --intent high --next 'send the quote' --on 2026-11-18",
    "crm add-task c2 'ring 13800005678' --due 15:00",
    "crm key-date h1 birthday 11-25",
    "crm edit c2 --set size=40 --reason 'told us'",
    "crm add-need c1 'the printer stops' --kind problem --urgency urgent --owner 'Ann Lee'",
    "crm plan-need n1 --step 'look at it' --by fri --step 'change the drum' --by 2026-11-25 --sent",
    "crm add-need c2 'an export to Excel'",
    "crm add-need c1 'a manual' --kind service --category manuals",
    "crm resolve n3 'printed and sent'",
    "crm survey n3 --overall 2 --speed 1 --nps 5 --bad 'took a week'",
    "crm add-article 'Manuals are printed' --from n3",
    "crm add-promise c1 'send the samples' --due 2026-11-24",
    "crm add-order c1 4800 --on 2026-11-02 --pay-by 2026-12-02",
    "crm attach c1 new.csv",
    "crm add-contract c1 service --amount 3600 --from 2026-01-01 --until 2026-12-31 --milestone 'first check' --by 2026-12-01",
    "crm add-risk c1 'their buyer leaves' --level 2",
    "crm add-deal c1 '20 licences' --amount 48000 --probability 60 --quoted 2026-11-16 --valid-until 2026-12-16 --close-on 2026-12-18",
    "crm add-deal c2 'a trial line' --amount 9500 --currency EUR",
    "crm archive c1 --period 2026-10",
    "crm segment save quiet --tier core --where 'last_contact_on < -30d'",
)  # fmt: skip
"""The file that the examples are made on."""

EARLIER = ("2026-09-01T09:00", "crm add-article 'Who decides' --type script --text 'Who else reads the offer?'")  # fmt: skip
"""What was written to it before, and when: an article that is to be read again."""

EXAMPLES = {
    "customer": "crm show c1 --limit 1 --json",
    "brief": "crm show c1 --brief --json",
    "person": "crm show h1 --json",
    "task": "crm done t1 'sent' --next 'ask for the order' --on 3wd --json --dry-run",
    "key-date": "crm show y1 --json",
    "interaction": "crm show i1 --json",
    "interactions": "crm log-contact --stdin --json --dry-run",
    "customers": "crm list-customers --limit 1 --json",
    "due": "crm due --json",
    "due-count": "crm due --count --json",
    "reminders": "crm due --notify --dry-run --json",
    "schedule": "crm schedule show --json",
    "notify-test": "crm notify-test file --json",
    "due-why": "crm due --why c1 --json",
    "day": "crm --json",
    "find": "crm find quote --json",
    "changes": "crm history --json",
    "history": "crm history c2 --json",
    "undo": "crm undo --json --dry-run",
    "deleted": "crm delete t1 --json --dry-run",
    "handover": "crm handover c1 h1 'Sam Fox' --on 2026-11-20 --json --dry-run",
    "play": "crm play c2 revive --json --dry-run",
    "merged": "crm merge-customers c1 c3 --json --dry-run",
    "forget": "crm forget h1 --json --dry-run",
    "snooze": "crm snooze c1 3wd --json --dry-run",
    "tags": "crm tag c1 europe --json --dry-run",
    "segment": "crm segment save vips --tag vip --where 'last_contact_on < -30d' --json --dry-run",
    "segments": "crm segment list --json",
    "message": "crm message hello.txt --tier core --skip-missing --json --dry-run",
    "import": "crm import new.csv --json --dry-run",
    "export": "crm export customers --out core.csv --tier core --json",
    "subject": "crm export --subject h1",
    "backup": "crm backup copy.db --json",
    "restore": "crm restore earlier.db --json --dry-run",
    "encryption": "crm encrypt --db other.db --json",
    "migrate": "crm migrate --json",
    "doctor": "crm doctor --json",
    "duplicates": "crm doctor --duplicates --json",
    "need": "crm resolve n1 'a new drum' --json --dry-run",
    "triage": "crm triage --json --limit 1",
    "triage-why": "crm triage --why n1 --json",
    "plan-step": "crm done l1 'the drum is worn' --json --dry-run",
    "deal": "crm win d1 --order --json --dry-run",
    "pipeline": "crm pipeline --json",
    "tiers": "crm tiers --json",
    "contract": "crm renew k1 --json --dry-run",
    "risk": "crm show r1 --json",
    "order": "crm paid o1 --json --dry-run",
    "attachment": "crm attach k1 new.csv --note 'their list' --json --dry-run",
    "attachments": "crm attach c1 --list --json",
    "promise": "crm warn p1 --impact 'two days later' --option 'by courier' --json --dry-run",
    "survey": "crm show s1 --json",
    "surveys": "crm survey --list --limit 1 --json",
    "survey-script": "crm survey n3 --script --json",
    "review": "crm review s1 --cause speed --action 'printed on the day' --json --dry-run",
    "article": "crm show a2 --json",
    "articles": "crm kb manual --json",
    "archive": "crm archive c1 --period 2026Q4 --json --dry-run",
    "archive-all": "crm archive --all --period 2026Q4 --json --dry-run",
    "archive-due": "crm archive --due --period 2026Q4 --limit 1 --json",
    "archive-list": "crm archive --list --json",
    "archive-verify": "crm archive --verify --json",
    "archive-prune": "crm archive --prune --json --dry-run",
    "settled": "crm done crm:kb-review --json --dry-run",
    "report-funnel": "crm report funnel --json --limit 2",
    "report-follow-up": "crm report follow-up --json --compare 2026-10",
    "report-service": "crm report service --json",
    "report-satisfaction": "crm report satisfaction --json",
    "report-promises": "crm report promises --json",
    "report-value": "crm report value --json",
    "report-quality": "crm report quality --json",
    "calendar": "crm calendar --year 2027 --json",
    "setting": "crm config get tiers.core.every --json",
    "settings": "crm config --json",
    "config-path": "crm config path --json",
    "error": "crm show m --json",
}
"""The command whose answer is the example of each schema."""

INPUT = '{"customer": "c2", "summary": "catalogue sent", "channel": "email", "direction": "out"}\n'
NEW_CSV = "name,Stadt,tier\nDelta KG,Bremen,core\nAcme Ltd,Leeds,core\n"
_VOLATILE = {  # depends on the SQLite at hand, and on where the examples are made
    "backup": {"bytes": 290816},
    "schedule": {"name": "crm-5c1b2d80"},
}


class Recipe(NamedTuple):
    """A question, the command that answers in JSON, what jq makes of it, and the same in Python; `into` takes it up."""

    question: str
    command: str
    jq: str
    python: Callable[[Any], Iterator[str]]
    into: str = ""

    def line(self) -> str:
        """The whole pipe as it is typed."""
        return f"{self.command} | jq {self.jq}" + (f" | {self.into}" if self.into else "")


def _overdue(answer: Any) -> Iterator[str]:
    for item in answer["items"]:
        if item["light"] == "red":
            name = item["customer"]["name"] if item["customer"] else ""
            yield "\t".join([name, item["due_at"], item["action"]])


def _addresses(answer: Any) -> Iterator[str]:
    for customer in answer["items"]:
        for person in customer["people"]:
            for email in person["emails"]:
                yield "\t".join([customer["name"], person["name"], email])


def _contacts(answer: Any) -> Iterator[str]:
    for customer in answer["items"]:
        contact = {"customer": customer["ref"], "summary": "newsletter"}
        contact |= {"channel": "email", "direction": "out"}
        yield json.dumps(contact, separators=(",", ":"))


RECIPES = (
    Recipe(
        "What is overdue, and the command that settles it:",
        "crm due --json",
        """-r '.items[] | select(.light == "red") | [.customer.name, .due_at, .action] | @tsv'""",
        _overdue,
    ),
    Recipe(
        "Everybody's address at the core customers, for a mail program:",
        "crm list-customers --tier core --json --reveal",
        "-r '.items[] | .name as $at | .people[] | .name as $who | .emails[] | [$at, $who, .] | @tsv'",
        _addresses,
    ),
    Recipe(
        "Log the newsletter that they all got:",
        "crm list-customers --tier core --json",
        """-c '.items[] | {customer: .ref, summary: "newsletter", channel: "email", direction: "out"}'""",
        _contacts,
        "crm log-contact --stdin",
    ),
)


# --- the schemas ---


@lru_cache
def schemas() -> dict[str, Any]:
    """Every schema by its file's name."""
    return {
        path.name: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(SCHEMAS.glob("*.json"))
    }


def answers(found: Mapping[str, Any]) -> dict[str, Any]:
    """The schemas of answers by the names they have in `schema`, without `crm.` and `/1`."""
    return {
        name.removeprefix("crm.").removesuffix(".json"): schema
        for name, schema in found.items()
        if name.startswith("crm.")
    }


def _resolved(reference: str) -> Any:
    """What a `$ref` points to; all of them are in the shared file."""
    found: Any = schemas()[SHARED]
    for step in reference.partition("#/")[2].split("/"):
        found = found[step]
    return found


def type_of(schema: Mapping[str, Any]) -> str:
    """What a field holds, in words."""
    if "$ref" in schema:
        found = _resolved(schema["$ref"])
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})" if "properties" in found else type_of(found)
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    kinds = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if "enum" in schema:
        words = [", ".join(f"`{value}`" for value in schema["enum"] if value is not None)]
    elif "anyOf" in schema:
        return " or ".join(map(type_of, schema["anyOf"]))
    else:
        words = [_word(kind, schema) for kind in kinds if kind != "null"]
        words = words or [_FORMATS[schema["format"]]] if "format" in schema else words
    return " or ".join([*words, *(["null"] if "null" in kinds else [])])


AS_ITS_PARTS = {"report-all"}
"""Answers that need no example, for it would only repeat others."""

_FORMATS = {"date": "date", "date-time": "time"}
_REFERENCE = re.compile(r"\^[\[(]?[a-z-]+[\]+]*\[0-9\]").match


def _word(kind: str, schema: Mapping[str, Any]) -> str:
    if kind == "array":
        if "properties" in schema["items"]:
            return "list of objects"
        return f"list of {type_of(schema['items'])}"
    if kind == "object":
        values = schema["additionalProperties"]
        if not isinstance(values, dict) or "properties" in values:
            return "object"
        return f"object of {type_of(values)}"
    if kind == "string":
        if _REFERENCE(schema.get("pattern", "")):
            return "reference"
        return _FORMATS.get(schema.get("format", ""), "text")
    return {"boolean": "true or false", "integer": "whole number"}.get(kind, kind)


def rows(schema: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """A line of the table for each field, those of objects within as `outer.inner`."""
    for name, field in schema["properties"].items():
        if "properties" in field:
            yield from rows(field, f"{before}{name}.")
            continue
        about = field.get("description") or _resolved(field["$ref"])["description"]
        holds = type_of(field) + ("" if name in schema["required"] else ", or not there")
        yield f"| `{before}{name}` | {holds} | {about} |"
        for values in (field.get("additionalProperties"), field.get("items")):
            if isinstance(values, dict) and "properties" in values:
                yield from rows(values, f"{before}{name}.*.")


def _table(schema: Mapping[str, Any]) -> list[str]:
    return ["", "| field | holds | meaning |", "|---|---|---|", *rows(schema)]


# --- what the program answers ---


class Session:
    """`crm` on a file made for the purpose, on a Friday, far from this machine's settings."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        os.environ.clear()
        os.environ.update(
            CRM_DB=str(folder / "crm.db"),
            CRM_CONFIG=str(folder / "config.toml"),
            CRM_ACTOR="me",
            HOME=str(folder),
            TZ="Asia/Shanghai",
            LANG="C.UTF-8",
        )
        os.chdir(folder)
        Path("new.csv").write_text(NEW_CSV, encoding="utf-8")
        Path("hello.txt").write_text("Dear {person}, how is {city}?\n", encoding="utf-8")
        for now, command in (EARLIER, *((NOW, command) for command in FILLING)):
            os.environ["CRM_NOW"] = now
            code, _ = self._run(command, INPUT)
            assert code == 0, command
        shutil.copy("crm.db", "earlier.db")
        shutil.copy("crm.db", "other.db")

    def run(self, command: str, stdin: str = INPUT) -> str:
        """What the command prints, on either stream: an answer, or an error's line."""
        return self._run(command, stdin)[1].replace(str(self._folder), "/home/me")

    def _run(self, command: str, stdin: str) -> tuple[object, str]:
        out, err = io.StringIO(), io.StringIO()
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()))
        code: object = 0
        try:
            with redirect_stdout(out), redirect_stderr(err):
                app.run(shlex.split(command)[1:])
        except SystemExit as end:
            code = end.code
        return code, out.getvalue() or "".join(err.getvalue().splitlines()[-1:])


def _example(answer: Any) -> str:
    if "items" in answer:
        answer["items"] = answer["items"][:_SHOWN]
    elif "item" in answer:
        answer["item"] |= _VOLATILE.get(answer["schema"][4:-2], {})
    return laid_out(answer)


def laid_out(value: Any, indent: int = 0) -> str:
    """JSON as people read it: what fits a line on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or len(flat) + indent <= _ROOM:
        return flat
    margin = " " * (indent + 2)
    if isinstance(value, dict):
        parts = [f"{json.dumps(name)}: {laid_out(one, indent + 2)}" for name, one in value.items()]
    else:
        parts = [laid_out(one, indent + 2) for one in value]
    first, last = "{}" if isinstance(value, dict) else "[]"
    inner = ",\n".join(margin + part for part in parts)
    return f"{first}\n{inner}\n{' ' * indent}{last}"


# --- the page ---

HEAD = """\
# JSON and CSV

Generated by `make docs` from [schemas](schemas) (JSON Schema 2020-12) and from what the program answers; a test holds
the program to them.

Every command but `demo` takes `--json`; those that list things take `--csv`, too. Nothing here depends on the language, but for the wording of [crm.survey-script](#crmsurvey-script1), which is for
customers.

## An answer

One line on stdout. A list is `{"schema": "crm.due/1", "count": 2, "items": [...]}`, one thing
`{"schema": "crm.task/1", "item": {...}}`. Beside `schema` there may stand

- `"masked": true` when anything in the answer is masked,
- `"more": true` when `--limit` cut the list. Without `--limit` scripts get everything.

`schema` names the answer and its version. Within a version fields and words such as new kinds of due items may be added;
none is taken away, and none changes its meaning. Every field is always there, null or an empty list where there is nothing,
but for those that are marked.

| what | how |
|---|---|
| reference | `c12` customer, `h3` person, `i40` contact, `t3` task, `y3` key date, `n5` need, `l7` plan step, `p2` promise, `s4` survey, `v4` review, `a8` article, `x17` change; `c12:touch` what is due of a record, `crm:tier-review`, `crm:kb-review` and `crm:archive` of the whole file. Any command takes them. They are never given out twice. |
| date | `2026-11-20`, the local day |
| time | `2026-11-20T15:00:00+08:00`, with the offset of the file's time zone (setting `timezone`) |
| money | a number in major units: `120.5` |
| words | English, as stored: `core`, `customer`, `follow-up`, whatever `--lang` says |
| phones, e-mails, WeChat | masked, `138****5678`, in texts as well; `--reveal` shows them and is recorded, the setting `privacy.mask` decides. What `export` writes has people's names masked, too. |

A writing command answers with the record as it then is; with `--dry-run` as it would be, and the references it would make
may later be another's.

## Errors

One line on stderr, the last there; notes for people may stand before it. The exit code says what sort of error it is.
"""

CODES = """\
With these there is an answer, not an error: 0 done, even when there is nothing to show; 1 of `doctor`, which found a
problem, and of `notify-test`, where a channel failed; 5 partly done, an import or `log-contact --stdin` with lines that were rejected; 20 something is due
(`due --exit-code`). 130 is an interruption, with neither.
"""

CSV = """\
## CSV

The first line has the names of the fields below, each further line one item. Nothing is an empty cell, truth `true` or
`false`, a list its parts joined by `; ` (of people their names, of steps their texts), a customer or another record its reference. A text that
a spreadsheet would take for a formula has an apostrophe in front, which `crm import` takes away again. `--csv` is an
option of """


EXPORTS = """\
## Lines of an export

`crm export WHAT --format jsonl` writes one object a line, without an envelope.
"""


REMINDERS = """\
## What a program gets of a reminder

`crm due --notify` runs the program that the setting `notify.command` names, with the arguments there and no shell between,
and writes one object to its standard input:
"""

PROGRAM = """\
The program has a minute. Exit code 0 says that the reminder has arrived: it is not said again. With any other the next
channel is tried, and the last line of its standard error told when none works.
"""

FILES = """\
## Files of a dossier

`crm archive` writes a folder with `dossier.html` for people and these.
"""


def page() -> str:
    """The whole page. Changes this process's environment and folder for good."""
    found = schemas()
    with tempfile.TemporaryDirectory(prefix="crm-docs-") as folder:
        session = Session(Path(folder).resolve())
        head = [HEAD, *_errors(found, session), CODES, CSV + _listing() + ".\n"]
        parts = _index(found)
        for name, schema in answers(found).items():
            parts += _section(name, schema, session)
        parts += _lines(found)
        parts += [REMINDERS, *_table(found[NOTIFICATION])[1:], "", PROGRAM]
        parts += _files(found)
        parts += _pieces(found[SHARED])
        # The last recipe writes, so everything else is served before.
        head += _recipes(session)
        os.chdir(ROOT)
    return "\n".join([*head, *parts]).rstrip() + "\n"


def _listing() -> str:
    """The commands that take `--csv`."""
    names = [
        name
        for name in app.COMMANDS
        if any("--csv" in parameter.opts for parameter in app.build(name).params)
    ]
    return ", ".join(f"`crm {name}`" for name in names)


def _errors(found: Mapping[str, Any], session: Session) -> list[str]:
    kinds = [
        f"| {kind.code} | `{kind.kind}` | {(kind.__doc__ or '').partition(' (exit')[0]} |"
        for kind in (CrmError, *CrmError.__subclasses__())
    ]
    return [
        *_shown(EXAMPLES["error"], session),
        *_table(found[ERROR]),
        "",
        "| exit code | kind | |",
        "|---|---|---|",
        *kinds,
        "",
    ]


def _recipes(session: Session) -> list[str]:
    lines = ["## With jq", ""]
    for recipe in RECIPES:
        given = list(recipe.python(json.loads(session.run(recipe.command))))
        if recipe.into:
            given = session.run(recipe.into, "".join(f"{line}\n" for line in given)).splitlines()
        lines += [recipe.question, "", "```console", f"$ {recipe.line()}", *given, "```", ""]
    return lines


def _index(found: Mapping[str, Any]) -> list[str]:
    lines = ["## Answers", "", "| schema | printed by | |", "|---|---|---|"]
    for schema in answers(found).values():
        commands = ", ".join(f"`{command}`" for command in schema["x-commands"])
        link = schema["title"].replace(".", "").replace("/", "")
        lines.append(f"| [{schema['title']}](#{link}) | {commands} | {schema['description']} |")
    return [*lines, ""]


def _section(name: str, schema: Mapping[str, Any], session: Session) -> list[str]:
    lines = [f"### {schema['title']}", "", schema["description"]]
    fields = schema["properties"]
    inner = fields.get("item") or fields["items"]["items"]
    may = [f"`{flag}`" for flag in ("masked", "more") if flag in fields]
    which = "The item" if "item" in fields else "Each item"
    also = f" There may be {' and '.join(may)}." if may else ""
    if "$ref" in inner:
        lines += ["", f"{which} has the fields of {type_of(inner)}.{also}"]
    else:
        lines += ["", f"{which} has these fields.{also}", *_table(inner)]
    return [*lines, "", *([] if name in AS_ITS_PARTS else [*_shown(EXAMPLES[name], session), ""])]


def _shown(command: str, session: Session) -> list[str]:
    answer = json.loads(session.run(command))
    some = ""
    if answer.get("count", 0) > _SHOWN:
        some = f", the first {_SHOWN} of its items"
    return [f"`{command}`{some}:", "", "```json", _example(answer), "```"]


def _lines(found: Mapping[str, Any]) -> list[str]:
    """What is written by `export --format jsonl`, told by what is otherwise than in the shared piece."""
    lines = [EXPORTS]
    for name, schema in found.items():
        if not name.startswith("export."):
            continue
        lines += [f"### {schema['title']}", "", schema["description"]]
        if "anyOf" in schema:
            for one in schema["anyOf"]:
                lines += ["", one["description"], *_table(one)]
        else:
            own = {
                field: holds for field, holds in schema["properties"].items() if "$ref" not in holds
            }
            piece = schema["properties"]["ref"]["$ref"].split("/")[2]
            lines += ["", f"The fields of [{piece}](#{piece}), and these of its own."]
            lines += _table({**schema, "properties": own})
        lines.append("")
    return lines


def _files(found: Mapping[str, Any]) -> list[str]:
    """What a dossier's folder holds for machines."""
    lines = [FILES]
    for name, schema in found.items():
        if name.startswith("file."):
            inner = schema["properties"].get("item", schema)
            lines += [f"### {schema['title']}", "", schema["description"], *_table(inner), ""]
    return lines


def _pieces(shared: Mapping[str, Any]) -> list[str]:
    lines = ["## Shared pieces", ""]
    for name, schema in shared["$defs"].items():
        if "properties" in schema:
            lines += [f"### {name}", "", schema["description"], *_table(schema), ""]
    return lines


def main() -> int:
    """Write the page; with `--check` only say whether it is stale."""
    text = page()
    if "--check" in sys.argv:
        return int(not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
