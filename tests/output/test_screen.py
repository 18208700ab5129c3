"""The two streams: data on stdout, messages and questions on stderr, and what a person answers (DESIGN §4)."""

import io
import json
import sys

import pytest

from crmcli.output.screen import Screen, error_line, json_error
from crmcli.output.table import Column


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(lines)))


@pytest.mark.parametrize(
    ("lines", "chosen"),
    [
        (["1\n"], 0),
        (["2\n"], 1),
        ([" 2 \n"], 1),
        (["3\n", "0\n", "-1\n", "x\n", "1.0\n", "2\n"], 1),
        (["２\n"], 1),
        (["\n"], None),
        (["  \n", "1\n"], None),
        ([], None),
        (["9\n"], None),
        (["1"], 0),
    ],
)
def test_a_choice_is_made_by_its_number(
    monkeypatch: pytest.MonkeyPatch, lines: list[str], chosen: int | None
) -> None:
    typed(monkeypatch, *lines)
    assert Screen().choose("Which one?", ["a", "b"]) == chosen


def test_a_question_is_no_data_and_obeys_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "x\n", "\n")
    assert Screen().choose("Which\x1b one?", ["c1 A\x07", "c2 \u202eB\nC"]) is None
    out, err = capsys.readouterr()
    question = "Which␛ one? [1-2] "
    assert (out, err) == ("", f"  1  c1 A␇\n  2  c2 <U+202E>B⏎C\n{question}{question}")


def test_an_answer_is_one_line_without_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "  price \r\n", "second\n")
    screen = Screen()
    assert [screen.ask("?"), screen.ask("?"), screen.ask("?")] == ["price", "second", ""]


def test_data_and_messages_go_their_ways(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    screen.say("data\x1b")
    screen.note("message\x07")
    screen.table([Column("ref"), Column("what")], [["c1", "[red]x[/red]\n\x1b"], ["c2", "字"]])
    error_line("wrong\nhere")
    json_error(3, "not_found", "no \u2028such", ["c1 \x9b"])
    out, err = capsys.readouterr()
    assert out == "data␛\nREF  WHAT\nc1   [red]x[/red]⏎␛\nc2   字\n"
    message, error, as_json = err.splitlines()
    assert (message, error) == ("message␇", "crm: wrong⏎here")
    assert "\\u2028" in as_json and "\\u009b" in as_json
    assert json.loads(as_json)["error"] == {
        "code": 3,
        "kind": "not_found",
        "message": "no \u2028such",
        "candidates": ["c1 \x9b"],
    }


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"), ("+86 138", "'+86 138"), ("-5", "'-5"), ("@x", "'@x"), ("'=1", "''=1"), ("\t=1", '\'\t=1'), ("it's", "it's"), ("a,b", '"a,b"'),
        ('say "x"', '"say ""x"""'), ("a\nb", '"a\nb"'), ("a\rb", '"a\rb"'), ("\x1b[31m", "␛[31m"), (None, ""), (True, "true"), (0, "0"), (["=a", "b"], "'=a; b"),
        ({"ref": "c1", "name": "=x"}, "c1"), ({"k": "v"}, "k=v"), ([], ""),
    ],
)  # fmt: skip
def test_cells_of_csv(capsys: pytest.CaptureFixture[str], value: object, cell: str) -> None:
    Screen().csv(["a", "b"], [{"a": value, "b": 1}])
    assert capsys.readouterr().out == f"a,b\n{cell},1\n"
