"""A reminder to messengers and robots, each a web server of the test's own, by apprise (CLI.md, Reminders)."""

import json
import sys
from collections.abc import Iterator

import apprise
import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot

from crmcli.notify import robots as channel
from crmcli.notify.message import Undelivered
from tests.contract.program import patched, patched_anew, run
from tests.notify.parts import Robot, free_port, message, one_task, robot, settings
from tests.support import crm, run_process

KEY = "693a91f6-7aac-4bc4-97a0-0ec2afa5aaab"
TOKEN = "abcdef0123456789" * 4


@pytest.fixture
def web() -> Iterator[Robot]:
    with robot() as one:
        yield one


KINDS: dict[type, str] = {NotifyWeComBot: "wecombot", NotifyDingTalk: "dingtalk", NotifyFeishu: "feishu"}  # fmt: skip


def stand_in(web: Robot, kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """The messenger's host is this machine; its key is all that is left of the path."""
    key = "{key}" if kind is NotifyWeComBot else "{token}"
    monkeypatch.setattr(kind, "notify_url", f"http://{web.address}/{key}")


def refusal(urls: str) -> str:
    with pytest.raises(Undelivered) as refused:
        channel.send(message(), settings(urls=urls))
    return str(refused.value)


def test_it_arrives_once_and_not_twice(web: Robot) -> None:
    one_task("报价", "华东精工")
    place = {"CRM_NOTIFY_CHANNELS": "urls", "CRM_NOTIFY_URLS": f"json://{web.address}/hook"}
    for _ in range(2):
        assert run_process("due --notify --lang zh", place) == (0, "", "")
    assert web.paths == ["/hook"]
    (got,) = web.got
    assert got["message"] == "11月20日 周五  华东精工：报价（t1）"


def test_what_comes_back(web: Robot) -> None:
    sent = channel.send(message(), settings(urls=f"json://{web.address}"))
    assert sent == ("json", "200 OK", [])


def test_a_robot_that_fails_and_then_works(web: Robot) -> None:
    """One line says it, with nothing of apprise's own; the next run says it again."""
    one_task()
    web.status = 500
    place = {"CRM_NOTIFY_CHANNELS": "urls", "CRM_NOTIFY_URLS": f"json://me:secret@{web.address}/{TOKEN}"}  # fmt: skip
    assert run_process("due --notify", place) == (
        1,
        "",
        "crm: no reminder arrived (urls: 1 of 1 addresses in notify.urls failed (json: 500 Internal Server Error); try: crm notify-test)\n",
    )
    web.status = 200
    assert run_process("due --notify", place) == (0, "", "")
    assert run_process("due --notify", place) == (0, "", "")
    assert len(web.got) == 2


def test_one_that_does_not_answer_in_time(web: Robot) -> None:
    web.is_slow.set()
    said = refusal(f"json://{web.address}/{TOKEN}?rto=0.2")
    assert said.startswith("1 of 1 addresses in notify.urls failed (json: ")
    assert TOKEN not in said


def test_one_that_is_not_there() -> None:
    """What apprise says of it may have the key in it."""
    said = refusal(f"json://127.0.0.1:{free_port()}/{TOKEN}")
    assert said.startswith("1 of 1 addresses in notify.urls failed (json: ")
    assert TOKEN not in said


def test_one_of_two_fails(web: Robot) -> None:
    """The other has it, and would get it again and again if it counted as not sent."""
    bad = f"json://127.0.0.1:{free_port()}"
    one_task()
    place = {"CRM_NOTIFY_CHANNELS": "urls", "CRM_NOTIFY_URLS": f"{bad}, json://{web.address}"}
    ran = run_process("due --notify", place)
    assert (ran.code, ran.out, ran.err.count("\n")) == (0, "", 1)
    assert ran.err.startswith("urls: json: ")
    assert run_process("due --notify", place) == (0, "", "")
    assert len(web.got) == 1


def test_what_robots_would_obey_they_show(web: Robot) -> None:
    """Nobody is called by what a customer is called."""
    text = '<at user_id="all"></at> @everyone <!channel> <@U1> **x** `y` $(z)'
    channel.send(message(text, title=text), settings(urls=f"json://{web.address}"))
    got = web.got[0]
    for shown in (got["message"], got["title"]):
        assert shown.replace("\u200b", "") == text
        assert not any(order in shown for order in ("<at", "@everyone", "<!channel", "<@", "@U1"))


@pytest.mark.parametrize(
    ("url", "kind", "path"),
    [
        (f"wecombot://{KEY}", NotifyWeComBot, f"/{KEY}"),
        (f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}", NotifyWeComBot, f"/{KEY}"),
        (f"dingtalk://{TOKEN}", NotifyDingTalk, f"/{TOKEN}"),
        (f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}", NotifyDingTalk, f"/{TOKEN}"),
        (f"feishu://{KEY}", NotifyFeishu, f"/{KEY}"),
        (f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}", NotifyFeishu, f"/{KEY}"),
    ],
)
def test_robots_of_chinese_messengers(
    web: Robot, monkeypatch: pytest.MonkeyPatch, url: str, kind: type, path: str
) -> None:
    """By apprise's address and by the one that the messenger shows; only its host is another here."""
    stand_in(web, kind, monkeypatch)
    web.answer = '{"errcode": 0, "errmsg": "ok", "code": 0, "msg": "success"}'
    sent = channel.send(message("报价 – 张*"), settings(urls=url))
    assert sent == (KINDS[kind], "200 OK", [])
    assert web.paths == [path]
    assert "报价 – 张*" in json.dumps(web.got[0], ensure_ascii=False)


def test_the_secret_of_a_dingtalk_robot_signs(web: Robot, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(web, NotifyDingTalk, monkeypatch)
    channel.send(message(), settings(urls=f"dingtalk://SECabc123@{TOKEN}"))
    assert "sign=" in web.paths[0] and "timestamp=" in web.paths[0]


@pytest.mark.parametrize(
    ("kind", "url", "answer", "reason"),
    [
        (NotifyWeComBot, f"wecombot://{KEY}", '{"errcode": 93000, "errmsg": "invalid webhook url"}', "93000 invalid webhook url"),
        (NotifyDingTalk, f"dingtalk://{TOKEN}", '{"errcode": 310000, "errmsg": "keywords not in content"}', "310000 keywords not in content"),
        (NotifyFeishu, f"feishu://{KEY}", '{"code": 19001, "msg": "param invalid"}', "Feishu rejected our notification: code=19001 msg=param invalid"),
    ],
)  # fmt: skip
def test_a_robot_that_answers_200_and_means_no(
    web: Robot, monkeypatch: pytest.MonkeyPatch, kind: type, url: str, answer: str, reason: str
) -> None:
    """With a wrong key, or a message without the word that the robot asks for."""
    stand_in(web, kind, monkeypatch)
    web.answer = answer
    assert refusal(url) == (
        f"1 of 1 addresses in notify.urls failed ({KINDS[kind]}: {reason}); try: crm notify-test"
    )


@pytest.mark.parametrize(
    "url",
    [
        f"wecombot://{KEY}",
        f"dingtalk://{TOKEN}",
        f"dingtalk://SECabc@{TOKEN}",
        f"feishu://{KEY}",
        f"lark://{KEY}",
        "tgram://123456789:ABCdefGHIjklABCdefGHIjklABCdefGHIjkl/12345",
    ],
)
def test_addresses_that_are_documented_are_known(url: str) -> None:
    assert apprise.Apprise.instantiate(url) is not None


@pytest.mark.parametrize("url", ["nosuch://abc", "json://", "dingtalk://", "plain words"])
def test_an_address_that_nobody_knows(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    said = refusal(url)
    assert said.startswith("1 of 1 addresses in notify.urls failed (")
    assert capfd.readouterr() == ("", "")


def test_no_address() -> None:
    assert refusal("") == "no address is named; set one with: crm config set notify.urls URL"


def test_without_apprise() -> None:
    one_task()
    crm("config set notify.channels urls")
    crm("config set notify.urls json://127.0.0.1:1")
    program = patched("import sys", "sys.modules['apprise'] = None")
    assert run("due --notify", program=program) == (
        1,
        "",
        "crm: no reminder arrived (urls: messengers need apprise; install it with: pip install 'crm-terminal[notify]')\n",
    )


def test_apprise_is_imported_only_to_send(web: Robot) -> None:
    one_task()
    place = {"CRM_NOTIFY_CHANNELS": "urls", "CRM_NOTIFY_URLS": f"json://{web.address}"}
    program = patched_anew(
        "import atexit, sys", "atexit.register(lambda: print('apprise' in sys.modules))"
    )
    loaded = [run("due --notify", program=program, **place).out for _ in range(2)]
    assert loaded == ["True\n", "False\n"]
    assert "crmcli" in sys.modules
