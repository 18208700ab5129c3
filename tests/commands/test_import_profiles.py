"""`--map`, `--sheet` and the profiles that keep how a file is imported (CLI.md, Import)."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.commands.shared.importing.profiles import Profile
from tests.contract.program import refused, refused_here
from tests.support import Ran, crm, heavy, run_in_process


def written(place: Path, *lines: str, name: str = "list.csv") -> str:
    path = place / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def counts(ran: Ran) -> tuple[int, int, int, int]:
    item = ran.json["item"]
    return item["added"], item["updated"], item["unchanged"], item["rejected"]


def config(place: Path) -> Any:
    return tomllib.loads((place / "config.toml").read_text(encoding="utf-8"))


# --- --map ---


@pytest.mark.parametrize(
    "header", ["Größe (m²)", "  größe  (M²) ", "GRÖSSE(M²)", "ＧＲÖßＥ （ｍ²）", "Größe", "größe"]
)
def test_a_header_is_found_as_headers_are_recognised(place: Path, header: str) -> None:
    path = written(place, "name,Größe (m²)", "Acme,12")
    item = crm(["import", path, "--map", f"{header}=size", "--json", "--dry-run"]).json["item"]
    assert item["columns"] == {"name": "name", "Größe (m²)": "size"}
    crm("config set fields.area number")
    crm(["import", path, "--map", f"{header}=field.area"])
    assert crm("show c1 --json").json["item"]["fields"] == {"area": "12"}


def test_a_header_with_an_equals_sign_and_a_wide_one(place: Path) -> None:
    path = written(place, "name,a=b,座位", "Acme,12,7")
    ran = crm(["import", path, "--map", "a=b=size", "--map", "座位＝note", "--json"])
    assert ran.json["item"]["columns"] == {"name": "name", "a=b": "size", "座位": "note"}


def test_a_dash_leaves_a_column_out_and_what_it_was_can_be_another(place: Path) -> None:
    path = written(place, "name,city,town", "Acme,A,B")
    ran = crm(["import", path, "--map", "city=-", "--map", "town=city", "--json"])
    assert ran.json["item"]["columns"] == {"name": "name", "town": "city"}
    assert crm("show c1 --json").json["item"]["city"] == "B"


@pytest.mark.parametrize(
    ("pair", "sentence"),
    [
        ("Seats", "--map 'Seats' is no mapping; write it as HEADER=FIELD, or HEADER=- to leave the column out"),
        ("=size", "--map '=size' is no mapping; write it as HEADER=FIELD, or HEADER=- to leave the column out"),
        ("Seats=", "--map 'Seats=' is no mapping; write it as HEADER=FIELD, or HEADER=- to leave the column out"),
    ],
)  # fmt: skip
def test_what_is_no_mapping_is_refused(place: Path, pair: str, sentence: str) -> None:
    refused(["import", written(place, "name,Seats", "Acme,12"), "--map", pair], 2, sentence)


def test_a_column_or_field_that_is_not_there_is_refused(place: Path) -> None:
    path = written(place, "name,Seats", "Acme,12")
    ran = run_in_process(["import", path, "--map", "Seat=size"])
    assert ran == (2, "", "crm: the file has no column 'Seat'; it has name, Seats\n")
    ran = run_in_process(["import", path, "--map", "Seats=chairs"])
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(
        "crm: 'chairs' is not a field of customers; they are external_id, name,"
    )
    refused_here(
        ["import", path, "--map", "Seats=field.seats"],
        2,
        "field 'seats' is not declared; declare it with: crm config set fields.seats text",
    )
    refused_here(
        ["import", path, "--map", "Seats=size", "--map", "Seats=note"],
        2,
        "--map says twice what 'Seats' is; leave one out",
    )


# --- --sheet ---


def test_only_a_workbook_has_sheets(place: Path) -> None:
    path = written(place, "name", "Acme")
    sentence = f"{path} is no workbook and has no sheets; leave --sheet out"
    refused(["import", path, "--sheet", "2"], 2, sentence)


def test_the_sheet_that_is_asked_for(place: Path) -> None:
    import xlsxwriter

    path = str(place / "book.xlsx")
    with xlsxwriter.Workbook(path) as book:
        for title, name in (("一月", "Acme"), ("二月", "Beta")):
            sheet = book.add_worksheet(title)
            sheet.write_column(0, 0, ["客户名称", name])
    for asked, name in (("二月", "Beta"), ("1", "Acme")):
        crm(["import", path, "--sheet", asked, "--save-profile", asked])
        assert crm("list-customers --json").json["items"][-1]["name"] == name
    assert config(place)["profiles"] == {
        "二月": {"kind": "customers", "sheet": "二月"},
        "1": {"kind": "customers", "sheet": "1"},
    }
    again = crm(["import", path, "--profile", "二月", "--dry-run"])
    assert "line 2: name: Beta" in again.err
    # What a profile says of a workbook's sheets means nothing for a file that has none.
    crm(["import", written(place, "name", "Gamma"), "--profile", "二月"])


# --- profiles ---

EVERYTHING = (
    "--map", "Firma=name", "--map", "Plätze=field.seats", "--map", "city=-", "--encoding", "gb18030", "--key", "name",
    "--on-duplicate", "skip", "--keep-extra",
)  # fmt: skip


@pytest.fixture
def saved(place: Path) -> str:
    """A file imported with everything that a profile keeps, saved as `weekly` into a file with comments."""
    (place / "config.toml").write_text(
        '# mine\nlang = "en" # always\n\n[privacy]\nmask = "never"\n', encoding="utf-8"
    )
    crm("config set fields.seats number")
    path = place / "list.csv"
    path.write_bytes("Firma,Plätze,city,Größe\n苏州华东精工有限公司,12,苏州,44\n".encode("gb18030"))
    ran = crm(["import", str(path), *EVERYTHING, "--save-profile", "weekly"])
    assert ran.err.splitlines()[-1] == "The next file likewise: crm import FILE --profile weekly"
    return str(path)


def test_a_profile_keeps_what_was_said_beside_comments_and_settings(
    place: Path, saved: str
) -> None:
    text = (place / "config.toml").read_text(encoding="utf-8")
    assert text.startswith('# mine\nlang = "en" # always\n\n[privacy]\nmask = "never"\n')
    assert config(place)["profiles"]["weekly"] == {
        "kind": "customers",
        "encoding": "gb18030",
        "key": "name",
        "on-duplicate": "skip",
        "keep-extra": True,
        "map": {"Firma": "name", "Plätze": "field.seats", "city": "-"},
    }


def test_the_next_file_is_imported_likewise(place: Path, saved: str) -> None:
    after = crm("show c1 --json").json["item"]["fields"]
    assert after == {"seats": "12", "Größe": "44"}
    with_it = crm(["import", saved, "--profile", "weekly", "--json"])
    assert counts(with_it) == (0, 0, 1, 0)
    assert with_it.json["item"]["encoding"] == "gb18030"
    assert with_it.json["item"]["columns"] == {"Firma": "name"}


def test_what_is_said_on_the_command_line_goes_first(place: Path, saved: str) -> None:
    path = written(place, "firma,Plätze,city", "苏州华东精工有限公司,12,北京", name="b.csv")
    ran = crm(
        ["import", path, "--profile", "weekly", "--encoding", "utf-8", "--on-duplicate", "update",
         "--map", "CITY=city", "--json"]
    )  # fmt: skip
    assert counts(ran) == (0, 1, 0, 0)
    assert ran.json["item"]["columns"] == {"firma": "name", "city": "city"}
    assert crm("show c1 --json").json["item"]["city"] == "北京"


def test_a_profile_of_another_kind_gives_way_to_as(place: Path, saved: str) -> None:
    path = written(
        place, "customer,name,role,role", "苏州华东精工有限公司,Ann,user,x", name="b.csv"
    )
    options = ["--profile", "weekly", "--as", "people", "--encoding", "utf-8"]
    assert counts(crm(["import", path, *options, "--json"])) == (1, 0, 0, 0)


def test_a_profile_knows_its_kind_and_can_be_saved_on(place: Path) -> None:
    crm("add-customer Acme")
    path = written(place, "customer,who,name", "Acme,Ann,x")
    crm(["import", path, "--as", "people", "--map", "who=name", "--map", "name=-", "--save-profile", "contacts"])  # fmt: skip
    ran = crm(["import", path, "--profile", "contacts", "--save-profile", "a b.c", "--json"])
    assert (ran.json["item"]["kind"], counts(ran)) == ("people", (0, 0, 1, 0))
    found = config(place)["profiles"]
    assert found["a b.c"] == found["contacts"]
    assert crm(["import", path, "--profile", "a b.c", "--json"]).json["item"]["kind"] == "people"


def test_columns_that_a_file_has_not_are_named(place: Path, saved: str) -> None:
    path = written(place, "Firma,city", "New,北京", name="b.csv")
    ran = crm(["import", path, "--profile", "weekly", "--encoding", "utf-8"])
    assert "Columns of the profile that the file has not: Plätze." in ran.err.splitlines()
    again = run_in_process(
        ["import", path, "--profile", "weekly", "--encoding", "utf-8", "--map", "Plätze=size"]
    )
    assert again.code == 2
    assert again.err.startswith("crm: the file has no column 'Plätze'; it has Firma, city")


def test_a_profile_is_not_saved_by_a_dry_run_or_a_failure(place: Path) -> None:
    path = written(place, "name,tier", "Acme,core", "B,zz")
    assert run_in_process(["import", path, "--save-profile", "p", "--dry-run"]).code == 5
    assert run_in_process(["import", path, "--save-profile", "p", "--strict"]).code == 1
    assert run_in_process(["import", path, "--save-profile", "p", "--map", "x=name"]).code == 2
    assert not (place / "config.toml").exists()
    assert run_in_process(["import", path, "--save-profile", "p"]).code == 5  # rows went in
    assert config(place) == {"profiles": {"p": {"kind": "customers"}}}


def test_a_profile_saved_again_is_replaced(place: Path) -> None:
    path = written(place, "name,x", "Acme,1")
    crm(["import", path, "--map", "x=size", "--save-profile", "p"])
    crm(["import", path, "--save-profile", "p", "--key", "name"])
    assert config(place)["profiles"]["p"] == {"kind": "customers", "key": "name"}


def test_settings_know_nothing_of_profiles(place: Path, saved: str) -> None:
    names = [item["key"] for item in crm("config list --json").json["items"]]
    assert [name for name in names if "profile" in name or "weekly" in name] == []
    assert crm("config get privacy.mask").out == "never\n"
    crm("config set actor Ann")
    assert config(place)["profiles"]["weekly"]["key"] == "name"
    assert run_in_process("config get profiles.weekly.key").code == 2


def test_profiles_are_completed(place: Path, saved: str) -> None:
    from tests.contract.test_completion import offered

    assert offered("crm import x.csv --profile w") == ["weekly"]
    assert offered("crm import x.csv --save-profile ") == ["weekly"]
    assert offered("crm import x.csv --profile z") == []


# --- refusals ---


def test_an_unknown_profile_names_the_known_ones(place: Path) -> None:
    path = written(place, "name", "Acme")
    refused(
        ["import", path, "--profile", "weekly"],
        3,
        "there is no profile 'weekly', and no other; save one with --save-profile",
    )
    for name in ("a", "b"):
        crm(["import", path, "--save-profile", name])
    sentence = "there is no profile 'weekly'; there are a, b"
    ran = run_in_process(["import", path, "--profile", "weekly"])
    assert ran == (3, "", f"crm: {sentence}\n")
    told = json.loads(run_in_process(["import", path, "--profile", "weekly", "--json"]).err)
    assert told == {
        "error": {"code": 3, "kind": "not_found", "message": sentence, "candidates": ["a", "b"]}
    }


@pytest.mark.parametrize("option", ["--profile", "--save-profile", "--sheet"])
def test_everything_of_a_file_takes_none(place: Path, option: str) -> None:
    path = written(place, "x")
    sentence = f"{option} means nothing with --as all; leave it out"
    refused(["import", path, "--as", "all", option, "x"], 2, sentence)


@pytest.mark.parametrize("name", ["", " ", "a\nb", "n" * 61, "\x1b[31m"])
def test_a_name_that_is_none_is_refused_before_anything_is_imported(place: Path, name: str) -> None:
    path = written(place, "name", "Acme")
    sentence = (
        f"--save-profile {name[:60]!r} is no name for a profile; write a short one like weekly"
    )
    refused_here(["import", path, "--save-profile", name], 2, sentence)


BROKEN = "cannot be {}; mend it with: crm config edit"


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        ("profiles = 3", "profiles is no table; mend it with: crm config edit"),
        ("[profiles]\np = 3", f"profiles of profile 'p' {BROKEN.format(3)}"),
        ("[profiles.p]\nkind = 'all'", f"kind of profile 'p' {BROKEN.format(repr('all'))}"),
        ("[profiles.p]\nkind = ['people']", f"kind of profile 'p' {BROKEN.format(['people'])}"),
        ("[profiles.p]\nkeep-extra = 1", f"keep-extra of profile 'p' {BROKEN.format(1)}"),
        ("[profiles.p]\non-duplicate = 'ask'", f"on-duplicate of profile 'p' {BROKEN.format(repr('ask'))}"),
        ("[profiles.p]\nkey = 'city'", f"key of profile 'p' {BROKEN.format(repr('city'))}"),
        ("[profiles.p]\nencoding = ''", f"encoding of profile 'p' {BROKEN.format(repr(''))}"),
        ("[profiles.p]\nmap = 'a=b'", f"map of profile 'p' {BROKEN.format(repr('a=b'))}"),
        ("[profiles.p.map]\na = 1", f"map of profile 'p' {BROKEN.format({'a': 1})}"),
        ("[profiles.p]\nspread = '20wd'",
         "profile 'p' has 'spread', which is unknown; it may have kind, encoding, sheet, key, on-duplicate, keep-extra, map"),
    ],
)  # fmt: skip
def test_a_profile_broken_by_hand_is_a_sentence(place: Path, toml: str, sentence: str) -> None:
    path = written(place, "name", "Acme")
    file = place / "config.toml"
    file.write_text(toml, encoding="utf-8")
    crm("list-customers")  # which has nothing to do with it
    refused_here(["import", path, "--profile", "p"], 2, f"{file}: {sentence}")


def test_a_broken_file_is_told_before_anything_is_imported(place: Path) -> None:
    path = written(place, "name", "Acme")
    (place / "config.toml").write_text("[profiles", encoding="utf-8")
    ran = run_in_process(["import", path, "--save-profile", "p"])
    assert (ran.code, ran.out) == (2, "")
    assert f"{place / 'config.toml'} is not valid TOML" in ran.err
    assert not (place / "crm.db").exists()


# --- what holds of any ---

TEXTS = st.none() | st.text("abc", min_size=1, max_size=2)
HEADERS = st.sampled_from(["name", "Name", "NAME ", "city", "x", "x (m)"])
PROFILES = st.builds(
    Profile, kind=st.none() | st.just("people"), encoding=TEXTS, sheet=TEXTS, key=TEXTS, on_duplicate=TEXTS,
    keep_extra=st.booleans(), map=st.dictionaries(HEADERS, st.sampled_from(["a", "b", "-"]), max_size=3),
)  # fmt: skip


@settings(max_examples=heavy(100), derandomize=True)
@given(PROFILES, PROFILES)
def test_what_was_typed_wins_and_the_rest_is_the_profile_s(typed: Profile, kept: Profile) -> None:
    both = typed.over(kept)
    for name in ("kind", "encoding", "sheet", "key", "on_duplicate"):
        assert getattr(both, name) == (getattr(typed, name) or getattr(kept, name))
    assert both.keep_extra == (typed.keep_extra or kept.keep_extra)
    assert both.map.items() >= typed.map.items()
    assert both.map.keys() <= typed.map.keys() | kept.map.keys()
    assert typed.over(typed) == typed
    assert Profile().over(kept) == kept
