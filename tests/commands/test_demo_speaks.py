"""The demo's day is told in the language that was asked for, however that was asked."""

import subprocess
from typing import Any

import pytest

from crmcli import locale, plain
from crmcli.commands import demo


class _Silent:
    class screen:
        @staticmethod
        def say(text: str) -> None: ...


@pytest.mark.parametrize(("language", "is_plain"), [("zh", False), ("en", True), ("zh", True)])
def test_its_commands_speak_as_it_does(
    language: str, is_plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, str]] = []

    def run(command: list[str], env: dict[str, str], check: bool) -> Any:
        told.append(env)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("CRM_LANG", "en")
    before = locale.current()
    locale.use(language)
    plain.use(is_plain)
    try:
        context: Any = _Silent  # says what is run, and needs nothing else
        demo._run(context, ["due"], "/x.db")
    finally:
        locale.use(before)
        plain.use(False)
    (env,) = told
    assert (env["CRM_LANG"], env.get("CRM_PLAIN"), env["CRM_DB"]) == (language, "on" if is_plain else None, "/x.db")  # fmt: skip
