"""One need from the first call to the last word, at fixed times (HANDBOOK §4, §5): told in English and in Chinese."""

import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.support import Ran, run_in_process, run_process

CLOCKS = ("respond", "feedback", "solve")
SERVICE = (*CLOCKS, "plan-step", "plan-confirm", "progress", "task", "survey", "review")
Runner = Callable[[list[str], dict[str, str]], Ran]


def really(line: list[str], environment: dict[str, str]) -> Ran:
    """Run the real program."""
    return run_process(line, environment)


def here(line: list[str], environment: dict[str, str]) -> Ran:
    """Run it in this process."""
    return run_in_process(line, **environment)


class Answer(NamedTuple):
    """What a script got at a moment: the exit code, and the JSON of stdout and of stderr."""

    now: str
    code: int
    out: str
    err: str


class Story:
    """The program at a moment of its own, in one language; `typed` has what is typed in that language for an English word.

    Writers and refusals are run by `runs`, what only looks by `asks`.
    """

    def __init__(
        self,
        language: str = "en",
        typed: Mapping[str, str] = {},
        runs: Runner = really,
        asks: Runner = really,
        **environment: str,
    ) -> None:
        self.now = ""
        self.typed = typed
        self.answers: list[Answer] = []
        self.told: list[str] = []
        """What people were told on stderr since it was last taken."""
        self._environment = {"CRM_LANG": language, **environment}
        self._runs, self._asks = runs, asks

    def at(self, moment: str) -> None:
        """Move on to a local moment."""
        assert moment > self.now
        self.now = moment

    def say(self, command: str) -> list[str]:
        """Run a command that must work; the references it made."""
        ran = self._run(self._runs, command)
        assert ran.code == 0, (command, ran)
        self.told += ran.err.splitlines()
        self.answers.append(Answer(self.now, *ran[:2], ""))
        return ran.lines

    def ask(self, command: str) -> Any:
        """Run a command for its JSON."""
        ran = self._run(self._asks, f"{command} --json")
        assert ran.code == 0, (command, ran)
        self.answers.append(Answer(self.now, *ran))
        answer = ran.json
        return answer["item"] if "item" in answer else answer["items"]

    def refused(self, command: str) -> str:
        """The English sentence with which a command is refused as the state forbids it; a person is told it, too."""
        ran = self._run(self._runs, command)
        assert (ran.code, ran.out) == (4, ""), (command, ran)
        self.told += ran.err.splitlines()
        script = self._run(self._asks, f"{command} --json")
        assert (script.code, script.out) == (4, ""), (command, script)
        self.answers.append(Answer(self.now, *script))
        return str(Ran(0, script.err, "").json["error"]["message"])

    def screen(self, command: str) -> str:
        """What a person sees who types the command."""
        ran = self._run(self._asks, command)
        assert ran.code == 0, (command, ran)
        return ran.out

    def due(self, days: int = 0) -> list[tuple[str, str, str]]:
        """What the service half has to do: reference, light, when."""
        kinds = " ".join(f"--kind {kind}" for kind in SERVICE)
        items = self.ask(f"due --days {days} {kinds}")
        return [
            (one["ref"], one["light"], one["due_at"].removesuffix(":00+08:00")) for one in items
        ]

    def stands(self, *names: str) -> tuple[Any, ...]:
        """Fields of the need."""
        item = self.ask("show n1")
        found = (item[name] for name in names)
        return tuple(v.removesuffix(":00+08:00") if isinstance(v, str) else v for v in found)

    def written(self, text: str) -> str:
        """A free text as it was typed in this language."""
        return self.typed.get(text, text)

    def _run(self, runner: Runner, command: str) -> Ran:
        name, *words = shlex.split(command)
        line = [name, *(self.typed.get(word, word) for word in words)]
        return runner(line, {"CRM_NOW": self.now, **self._environment})


def tell(story: Story) -> Iterator[str]:
    """The story, step by step, with what is due after each, how the need stands, and what the figures say: the names of
    the steps that were made.

    A core customer with China's holidays, on a Friday afternoon.
    """
    story.at("2026-11-20T17:00")
    story.say("config set calendar.country CN")
    story.say(
        "add-customer 华东精工 --tier core --stage customer --since 2024-01-01 --person 张伟 --title 采购经理 --phone 13800005678"
    )
    story.say("log-contact c1 'all is well'")

    # Friday 17:30, by phone.
    story.at("2026-11-20T17:30")
    assert story.say("add-need c1 '包装机停机，无法出货' --kind problem") == ["n1"]
    assert story.stands("status", "urgency", "respond_by", "feedback_by", "solve_by", "light") == (
        "received", None, "2026-11-23T17:30", "2026-11-27T18:00", None, "green",
    )  # fmt: skip
    assert [(one["ref"], one["urgency"]) for one in story.ask("triage")] == [("n1", None)]
    assert story.due() == []
    yield "received"

    # It hits their core business: urgent, on the wall clock, from the moment it was received.
    story.at("2026-11-20T17:35")
    story.say("triage n1 --urgency urgent --owner 李雷")
    assert story.stands("status", "urgency", "respond_by", "feedback_by", "solve_by") == (
        "triaged", "urgent", "2026-11-20T19:30", "2026-11-21T17:30", "2026-11-22T17:30",
    )  # fmt: skip
    story.at("2026-11-20T18:29")
    assert story.due() == []
    story.at("2026-11-20T18:30")
    assert story.due() == [("n1:respond", "yellow", "2026-11-20T19:30")]
    yield "triaged"

    # Answered in time.
    story.at("2026-11-20T18:45")
    assert story.say(
        "log-contact c1 '已联系工程师，明早到' --need n1 --with 张伟 --channel call"
    ) == ["i2"]
    assert story.stands("responded_at") == ("2026-11-20T18:45",)
    assert story.due() == []
    figures = story.ask("report service")
    assert {name: figures["first_response"][name] for name in ("median_minutes", "p90_minutes", "in_time", "n")} == {
        "median_minutes": 75, "p90_minutes": 75, "in_time": 1, "n": 1,
    }  # fmt: skip
    assert (figures["feedback"]["median_minutes"], figures["feedback"]["in_time"], figures["feedback"]["n"]) == (None, None, 0)  # fmt: skip
    yield "answered"

    # A plan with two steps, sent: that is feedback they can hold us to.
    story.at("2026-11-20T19:00")
    assert story.say("plan-need n1 --step '送备用机' --by tomorrow --step '更换主轴' --by 2026-11-22 --owner 李雷 --sent") == ["l1", "l2"]  # fmt: skip
    assert story.stands("status", "plan_sent_at", "feedback_at") == (
        "planned",
        "2026-11-20T19:00",
        "2026-11-20T19:00",
    )
    assert "n1 is planned" in story.refused("confirm n1")
    figures = story.ask("report service")
    assert (figures["feedback"]["median_minutes"], figures["feedback"]["in_time"], figures["feedback"]["n"]) == (90, 1, 1)  # fmt: skip
    yield "planned"

    # They agree: work begins.
    story.at("2026-11-21T09:00")
    story.say("confirm n1 '同意方案' --plan")
    assert story.stands("status", "plan_confirmed_at") == ("in_progress", "2026-11-21T09:00")
    assert story.due() == [("l1", "yellow", "2026-11-21")]
    story.say("done l1 '已送达'")
    assert story.due() == []
    yield "agreed"

    # The second step is late, for a reason; the customer is told.
    story.at("2026-11-21T11:00")
    assert story.say("delay l2 --until 2026-11-23 --reason '主轴缺货'") == ["t1"]
    assert story.due() == [("t1", "yellow", "2026-11-21")]
    (task,) = story.ask("due --kind task")
    assert task["title"] == "tell the customer: 更换主轴: 2026-11-22 → 2026-11-23 (主轴缺货)"
    story.say("log-contact c1 '说明延期原因' --need n1")
    story.say("done t1")
    step = story.ask("show l2")
    assert (step["due"], step["first_due"], step["delay_reason"]) == (
        "2026-11-23",
        "2026-11-22",
        "主轴缺货",
    )
    yield "delayed"

    # Waiting for them: feedback and solve stand still, half an hour before solve would turn yellow.
    story.at("2026-11-21T17:00")
    story.say("wait n1 '铭牌照片'")
    assert story.stands("status", "waiting", "light") == ("waiting", True, "green")
    story.at("2026-11-22T17:00")
    assert story.due() == []
    assert story.stands("light", "solve_by") == ("green", "2026-11-22T17:30")
    yield "waiting"

    # Their reply resumes it: a day was waited, so a day is added.
    story.say("log-contact c1 '照片发来了' --in --channel wechat")
    assert story.stands("status", "waiting", "solve_by") == (
        "in_progress",
        False,
        "2026-11-23T17:30",
    )
    assert story.due() == []
    story.at("2026-11-22T17:30")
    assert story.due() == [("n1:solve", "yellow", "2026-11-23T17:30")]
    story.at("2026-11-23T09:00")
    assert story.due() == [
        ("n1:solve", "yellow", "2026-11-23T17:30"),
        ("l2", "yellow", "2026-11-23"),
    ]
    story.say("done l2 '已更换'")
    yield "resumed"

    # Resolved; three working days later it is asked whether it helped.
    story.at("2026-11-23T10:00")
    assert story.say("resolve n1 '更换主轴并试机'") == ["s1"]
    assert story.stands("status", "resolved_at", "light", "solution") == (
        "resolved",
        "2026-11-23T10:00",
        None,
        "更换主轴并试机",
    )
    assert story.due() == []
    assert story.due(days=5) == [("s1", "green", "2026-11-26")]
    figures = story.ask("report service")
    # 17:30 on Friday to 10:00 on Monday are 64 and a half hours, 24 of which it waited.
    assert (
        figures["solve"]["median_minutes"],
        figures["solve"]["in_time"],
        figures["solve"]["n"],
    ) == (40.5 * 60, 1, 1)
    assert (figures["first_time_resolution"]["rate"], figures["first_time_resolution"]["n"]) == (
        1,
        1,
    )
    figures = story.ask("report satisfaction")
    assert (figures["csat"]["rate"], figures["nps"]["score"], figures["index"]["value"]) == (
        None,
        None,
        None,
    )
    yield "resolved"

    # It did not help.
    story.at("2026-11-26T09:00")
    assert story.due() == [("s1", "yellow", "2026-11-26")]
    assert story.say("survey n1 --overall 2 --solved 2 --nps 4 --bad '又停了' --by 张伟") == [
        "s1",
        "v1",
    ]
    survey = story.ask("show s1")
    assert (survey["status"], survey["overall"], survey["by"], survey["review"]) == (
        "answered",
        2,
        "张伟",
        "v1",
    )
    assert story.due() == [("v1", "yellow", "2026-11-27T09:00")]
    assert "answered already" in story.refused("survey n1 --overall 5")
    figures = story.ask("report satisfaction")
    assert (figures["csat"]["rate"], figures["csat"]["n"], figures["index"]["value"], figures["nps"]["score"]) == (0, 1, 25, -100)  # fmt: skip
    yield "surveyed"

    # Learnt from, and taken up again in one step.
    story.at("2026-11-26T15:00")
    story.say("review s1 --cause technical --action '加装振动监测' --reopen")
    review = story.ask("show v1")
    assert (review["cause"], review["action"], review["done_on"]) == (
        "technical",
        "加装振动监测",
        "2026-11-26",
    )
    assert story.stands("status", "reopened", "respond_by", "responded_at", "solve_by", "feedback_at") == (
        "reopened", 1, "2026-11-26T17:00", None, "2026-11-28T15:00", None,
    )  # fmt: skip
    figures = story.ask("report service")
    assert (figures["first_time_resolution"]["rate"], figures["first_time_resolution"]["n"]) == (
        0,
        1,
    )
    assert figures["first_response"]["median_minutes"] == 75  # of its first round
    yield "reviewed"

    # Solved for good.
    story.at("2026-11-26T16:30")
    assert story.due() == [("n1:respond", "yellow", "2026-11-26T17:00")]
    story.say("log-contact c1 '工程师在路上' --need n1 --channel wechat --out")
    assert story.due() == []
    story.at("2026-11-27T11:00")
    assert story.say("resolve n1 '更换轴承座'") == ["s2"]
    story.at("2026-12-02T10:00")
    assert story.due() == [("s2", "yellow", "2026-12-02")]
    assert story.say("survey s2 --overall 5 --nps 10") == ["s2"]
    story.say("confirm n1 '运行正常'")
    assert story.stands("status", "result", "solution") == ("confirmed", "运行正常", "更换轴承座")
    assert story.due(days=5) == []
    assert story.ask("triage") == []
    assert "n1 is confirmed" in story.refused("resolve n1 again")
    figures = story.ask("report satisfaction")
    assert (figures["csat"]["rate"], figures["nps"]["score"], figures["index"]["value"]) == (
        1,
        100,
        100,
    )
    figures = story.ask("report satisfaction --period 2026-11")
    assert (figures["csat"]["rate"], figures["nps"]["score"], figures["index"]["value"]) == (
        0,
        -100,
        25,
    )
    figures = story.ask("report service --period 2026-11")
    assert (figures["first_time_resolution"]["rate"], figures["first_time_resolution"]["n"]) == (
        0,
        1,
    )
    yield "confirmed"

    # All of it is found, told and taken back.
    assert [one["ref"] for one in story.ask("find 振动") if one["ref"] == "n1"] == []
    assert "n1" in [one["ref"] for one in story.ask("find 轴承座")]
    kinds = [event["kind"] for event in story.ask("show n1")["events"]]
    assert kinds == [
        "sent",
        "agreed",
        "waiting",
        "resumed",
        "resolved",
        "reopened",
        "resolved",
        "confirmed",
    ]
    history = story.ask("history n1")
    assert [(one["old"], one["new"]) for one in history if one["field"] == "status" and one["ref"] == "n1"] == [
        ("resolved", "confirmed"), ("reopened", "resolved"), ("resolved", "reopened"), ("in_progress", "resolved"),
        ("planned", "in_progress"), ("triaged", "planned"), ("received", "triaged"),
    ]  # fmt: skip
    story.say("undo")
    assert story.stands("status", "result") == ("resolved", None)
    yield "undone"
