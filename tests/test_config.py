"""Settings: where they lie, what they take, and what changing them does (CLI.md, Settings)."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import platformdirs
import pytest

from crmcli import config
from tests.support import crm, run_in_process, run_process


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the library itself is asked")
@pytest.mark.parametrize("given", [None, "", "/xdg"])
@pytest.mark.parametrize("home", ["/home/li", None])
def test_the_folders_are_those_of_platformdirs(
    given: str | None, home: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("XDG_DATA_HOME", given),
        ("XDG_CONFIG_HOME", given),
        ("XDG_STATE_HOME", given),
        ("HOME", home),
    ):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert config.user_folder("data") == platformdirs.user_data_path("crm", appauthor=False)
    assert config.user_folder("config") == platformdirs.user_config_path("crm", appauthor=False)
    assert config.user_folder("state") == platformdirs.user_state_path("crm", appauthor=False)


def test_the_database_is_where_it_is_told_to_be(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert config.database_path("/a/b.db") == "/a/b.db"
    assert config.database_path(None) == str(place / "crm.db")
    monkeypatch.delenv("CRM_DB")
    assert config.database_path(None) == str(place / "data" / "crm" / "crm.db")
    ran = run_in_process(["--db", "", "due"])
    assert (ran.code, ran.err) == (2, "crm: --db names no file; write the database file's path\n")


def test_nobody_else_may_read_the_machines_settings(place: Path) -> None:
    """A password may be in them; who wants it otherwise, and says so, keeps it."""
    path = place / "config.toml"
    crm("config set notify.email.password geheim")
    assert path.stat().st_mode & 0o777 == 0o600
    for mode in (0o640, 0o400):
        path.chmod(mode)
        crm("config set lang zh")
        assert path.stat().st_mode & 0o777 == mode
    assert [one.name for one in place.iterdir()] == ["config.toml"]


def test_the_machines_settings_keep_the_comments_around_them(place: Path) -> None:
    path = place / "config.toml"
    path.write_text(
        '# mine\nlang = "en"\n\n[privacy]\n# not here\nmask = "lists"\n', encoding="utf-8"
    )
    crm("config set privacy.mask never")
    crm("config set backup.keep 3")
    assert path.read_text(encoding="utf-8") == (
        '# mine\nlang = "en"\n\n[privacy]\n# not here\nmask = "never"\n\n[backup]\nkeep = "3"\n'
    )
    crm("config unset privacy.mask")
    assert "mask" not in path.read_text(encoding="utf-8")


def test_the_environment_is_above_the_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crm("config set privacy.mask never")
    assert crm("config get privacy.mask").out == "never\n"
    monkeypatch.setenv("CRM_PRIVACY_MASK", "always")
    assert crm("config get privacy.mask").out == "always\n"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("config set tiers.core.evry 1m", "setting 'tiers.core.evry' is unknown; did you mean tiers.core.every?"),
        ("config get nothing.like.it", "setting 'nothing.like.it' is unknown; crm config list shows them all"),
        (
            "config set cadence.new 3x",
            "cadence.new: '3x' is not a length of time; write it like 10d, 2w, 1m, 1y or 3wd (working days)",
        ),
        ("config set timezone Mars/Base", "timezone: time zone 'Mars/Base' is unknown; write it like Asia/Shanghai"),
        ("config set calendar.roll up", "calendar.roll: 'up' is unknown; choose one of next, previous, keep"),
        ("config set lang fr", "lang: 'fr' is unknown; choose one of en, zh"),
        ("config set fields.size big", "fields.size: 'big' is no type of field; choose text, number, date or choice:a,b"),
        ("config set backup.keep many", "backup.keep: 'many' is not a whole number"),
        ("config set", "which setting? crm config set KEY; crm config list shows them all"),
        ("config set lang", "set lang to what? crm config set lang VALUE"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(command: str, sentence: str) -> None:
    ran = run_in_process(command)
    assert (ran.code, ran.err) == (2, f"crm: {sentence}\n")


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        (b'lang = "\xff"', "cannot be read (it is not UTF-8)"),
        (b"lang = ", "is not valid TOML"),
        (b'lnag = "en"', "setting 'lnag' is unknown; did you mean lang?"),
    ],
)
def test_a_broken_file_is_one_sentence_when_it_is_needed(
    place: Path, text: bytes, fragment: str
) -> None:
    (place / "config.toml").write_bytes(text)
    ran = run_in_process("config get privacy.mask")
    assert ran.code == 2
    assert fragment in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_new_file_takes_its_place_from_the_locale_once() -> None:
    run_process("add-customer Acme", {"TZ": "Europe/Berlin", "LANG": "zh_CN.UTF-8"})
    elsewhere = run_process("config list --json", {"TZ": "America/New_York", "LANG": "C"})
    found = {item["key"]: item["value"] for item in elsewhere.json["items"]}
    assert (found["timezone"], found["calendar.country"], found["currency"]) == (
        "Europe/Berlin",
        "CN",
        "CNY",
    )


@pytest.mark.parametrize(
    ("language", "country"),
    [("zh_CN.UTF-8", "CN"), ("zh_TW.UTF-8", "none"), ("en_US.UTF-8", "none"), ("C", "none")],
)
def test_whose_holidays_a_new_file_keeps(
    language: str, country: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", language)
    assert crm("config get calendar.country").out == f"{country}\n"


def test_a_setting_that_decides_dates_recomputes_them_and_says_how_many() -> None:
    crm("add-customer Acme --tier core --stage customer --since 2025-01-01")
    crm("add-customer Beta --tier ordinary --stage customer --since 2025-01-01")
    crm("log-contact c1 hello")
    crm("log-contact c2 hello")
    assert crm("config set tiers.core.every 2w").err == "1 due date moved.\n"
    assert crm("show c1 --json").json["item"]["next_touch_on"] == "2026-12-04"
    crm("undo")
    assert crm("show c1 --json").json["item"]["next_touch_on"] == "2026-12-21"


def test_a_further_tier_has_its_rank_its_cadence_and_its_chinese_name() -> None:
    crm("config set tiers.diamond.every 1w")
    crm("config set tiers.diamond.rank 0")
    crm("config set tiers.diamond.label_zh 钻石客户")
    crm("add-customer Acme --tier 钻石 --stage customer --since 2025-01-01")
    crm("log-contact c1 hello")
    item = crm("show c1 --json").json["item"]
    assert (item["tier"], item["next_touch_on"]) == ("diamond", "2026-11-27")
    crm("add-customer Best --tier A")
    assert crm("show c2 --json").json["item"]["tier"] == "diamond"
    assert "钻石客户" in crm("--lang zh list-customers").out


def test_custom_fields_have_types() -> None:
    crm("config set fields.seats number")
    crm("config set fields.renewal date")
    crm("config set fields.plan choice:basic,pro")
    crm("add-customer Acme --field seats=1,200.50 --field renewal=明天 --field plan=pro")
    assert crm("show c1 --json").json["item"]["fields"] == {
        "plan": "pro", "renewal": "2026-11-21", "seats": "1200.5",
    }  # fmt: skip
    for wrong in ("seats=many", "renewal=2026-02-30", "plan=gold", "colour=red"):
        assert run_in_process(["edit", "c1", "--set", f"field.{wrong}"]).code == 2
    crm("add-customer Beta --field seats=90")
    found = crm(["list-customers", "--where", "field.seats > 100", "--json"]).json["items"]
    assert [item["name"] for item in found] == ["Acme"]
    ordered = crm("list-customers --sort -field.seats --json").json["items"]
    assert [item["name"] for item in ordered] == ["Acme", "Beta"]


def test_lists_of_settings_show_no_passwords() -> None:
    crm("config set notify.email.password hunter2")
    crm("config set notify.urls wecombot://key,json://host/path")
    crm("config set notify.channels desktop,dingtalk://token")
    listed = crm("config list").out + crm("config list --json").out + crm("config list --csv").out
    assert "hunter2" not in listed
    assert "host" not in listed
    assert "token" not in listed
    assert crm("config get notify.email.password").out == "hunter2\n"
    values = {item["key"]: item["value"] for item in crm("config list --json").json["items"]}
    assert (values["notify.urls"], values["notify.email.password"]) == (
        "wecombot://***,json://***",
        "***",
    )
    assert values["notify.channels"] == "desktop,dingtalk://***"
    assert values["notify.email.user"] == ""


def test_a_setting_in_the_file_that_cannot_be_read_is_named_and_can_be_set_anew(
    place: Path,
) -> None:
    crm("add-customer Acme --tier core")
    crm("config set tiers.core.every 2m")
    with closing(sqlite3.connect(place / "crm.db")) as db, db:
        db.execute("UPDATE setting SET value = 'often' WHERE name = 'tiers.core.every'")
    sentence = "crm: the setting tiers.core.every is 'often' in this file, which crm cannot read; set it anew: crm config set tiers.core.every VALUE\n"
    for command in ("due", "doctor", "add-customer Beta", "config set cadence.new 2w"):
        ran = run_in_process(command)
        assert (ran.code, ran.err.endswith(sentence)) == (2, True), command
    assert crm("config set tiers.core.every 1m").code == 0
    assert crm("config get tiers.core.every").out == "1m\n"
    assert run_in_process("due").code == 0
