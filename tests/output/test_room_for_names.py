"""A customer's name has room for eight Chinese characters at 80 columns; what is read out says nothing twice."""

import pytest

from tests.support import crm, run_at_screen

NAME, SHORT = "华东精密机械公司", "苏州雅集"


@pytest.fixture(autouse=True)
def customers() -> None:
    for name in (NAME, SHORT):
        crm(f"add-customer {name} --tier core")
    crm("add-need c1 设备停机了需要马上处理一下不然产线停了今天就要答复")
    crm("add-task c1 给他们发送新的价格表和合同草案请他们确认一下再寄出去 --due today")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("command", ["due", "triage", "find 设备"])
def test_names_are_whole_at_80(command: str, language: str) -> None:
    code, shown = run_at_screen(f"--lang {language} {command}")
    assert code == 0
    assert NAME in shown, shown


def test_what_is_read_out_names_a_field_once() -> None:
    told = crm("--lang zh find 设备 --plain").out
    assert (
        told
        == f"n1；类型：需求；客户：{NAME}；内容：设备停机了需要马上处理一下不然产线停了今天就要答复\n"
    )


def test_the_wording_of_a_survey_is_not_folded_on_a_terminal() -> None:
    wording = crm("survey --script").out
    assert max(map(len, wording.splitlines())) > 80
    assert run_at_screen("survey --script") == (0, wording)


def test_a_length_of_time_says_nothing_of_no_hours() -> None:
    assert "1wd  " in run_at_screen("triage")[1]
    assert "1wd 0h" not in run_at_screen("triage")[1]
