"""A reminder by e-mail, to a mail server of the test's own and to a sendmail (CLI.md, Reminders)."""

import email
import email.policy
import os
import ssl
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from crmcli.notify import email as channel
from crmcli.notify.message import Undelivered
from tests.contract.program import run
from tests.notify.parts import NASTY, bare, free_port, message, one_task, settings, stub
from tests.support import crm, run_process

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

USER, PASSWORD = "crm@example.com", "pass word; $(x)"


class Post:
    """What the server took, in order, and whom it refuses."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.mails: list[EmailMessage] = []
        self.receivers: list[list[str]] = []
        self.logins: list[tuple[str, str, bool]] = []
        self.refused: set[str] = set()
        self.answer = "250 queued as 7"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, to: str, options: Any) -> str:  # fmt: skip
        if to in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            read = email.message_from_bytes(envelope.content, policy=email.policy.default)
            self.mails.append(cast(EmailMessage, read))
            self.receivers.append(envelope.rcpt_tos)
        return self.answer

    def log_in(self, server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:  # fmt: skip
        user, password = data.login.decode(), data.password.decode()
        self.logins.append((user, password, session.ssl is not None or server.is_encrypted))
        return AuthResult(success=(user, password) == (USER, PASSWORD), handled=False)


Start = Callable[..., tuple[Post, dict[str, str]]]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def start(authority: trustme.CA, tmp_path: Path) -> Iterator[Start]:
    """Starts a server with `starttls`, `tls` or `none`, with `name` in its certificate; it, and our settings for it."""
    running: list[Controller] = []
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    def begin(security: str, *, name: str = "127.0.0.1", log_in: bool = False, offers: bool = True) -> tuple[Post, dict[str, str]]:  # fmt: skip
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(name).configure_cert(context)
        post = Post(free_port())

        class Server(SMTP):
            is_encrypted = security == "tls"

        class Here(Controller):
            def factory(self) -> SMTP:
                return Server(self.handler, **self.SMTP_kwargs)

        upgrade = {"tls_context": context, "require_starttls": True}
        here = Here(
            post,
            hostname="127.0.0.1",
            port=post.port,
            ssl_context=context if security == "tls" else None,
            **(upgrade if security == "starttls" and offers else {}),
            authenticator=post.log_in,
            auth_required=log_in,
            auth_require_tls=security == "starttls" and offers,
        )
        here.start()
        running.append(here)
        return post, settings(
            email__to="me@example.com",
            email__server="127.0.0.1",
            email__port=str(post.port),
            email__security=security,
            email__ca_file=str(tmp_path / "ca.pem"),
        )

    yield begin
    for one in running:
        one.stop()


def environment(ours: dict[str, str]) -> dict[str, str]:
    """The settings as variables."""
    return {"CRM_" + name.replace(".", "_").upper(): value for name, value in ours.items() if value}


def refusal(ours: dict[str, str]) -> str:
    with pytest.raises(Undelivered) as refused:
        channel.send(message(), ours)
    return str(refused.value)


# --- it arrives ---


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_it_arrives_once_and_not_twice(start: Start, security: str) -> None:
    post, ours = start(security)
    one_task("报价 <b>现在</b>", "华东精工")
    place = environment(ours | {"notify.channels": "email"})
    assert run_process("due --notify --lang zh", place) == (0, "", "")
    assert run_process("due --notify --lang zh", place) == (0, "", "")
    (mail,) = post.mails
    assert post.receivers == [["me@example.com"]]
    assert mail["To"] == "me@example.com"
    assert mail["From"] == "crm <me@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime.isoformat() == "2026-11-20T09:00:00+08:00"
    assert mail["Message-ID"].endswith("@example.com>")
    assert mail.get_content_type() == "text/plain"
    assert "1" in mail["Subject"] and mail["Subject"].startswith("crm")
    assert "华东精工" in mail.get_content() and "报价 <b>现在</b>（t1）" in mail.get_content()


def test_what_comes_back(start: Start) -> None:
    post, ours = start("none")
    assert channel.send(message(), ours) == ("me@example.com", "250 queued as 7", [])
    post.answer = "452 the disk is full"
    assert refusal(ours) == (
        f"127.0.0.1:{post.port} did not take the mail (452 the disk is full); check notify.email.*"
    )


@pytest.mark.parametrize("nasty", [*NASTY, "a\r\nBcc: all@example.com\r\n\r\nboo", "x" * 5_000, ".", "..\n.\n"])  # fmt: skip
def test_texts_come_as_they_are(start: Start, nasty: str) -> None:
    """Nothing in them becomes a header or the end of the mail."""
    post, ours = start("none")
    channel.send(message(nasty, title=nasty), ours)
    (mail,) = post.mails
    assert post.receivers == [["me@example.com"]]
    assert mail["Bcc"] is None
    assert sorted(mail.keys()) == ["Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"]  # fmt: skip
    assert mail["Subject"] == " ".join(nasty.split()).lstrip("-").strip()
    assert mail.get_content().replace("\r\n", "\n") == nasty.replace("\r\n", "\n") + "\n"  # fmt: skip


def test_a_customer_cannot_write_headers(start: Start) -> None:
    post, ours = start("none")
    one_task("x\r\nBcc: a@example.com\r\n\r\nboo", "Acme\r\nSubject: boo")
    assert run_process("due --notify", environment(ours | {"notify.channels": "email"})).code == 0
    (mail,) = post.mails
    assert mail["Subject"] == "crm: 1 thing is due"
    assert mail["Bcc"] is None
    assert len(mail.get_content().splitlines()) == 1


# --- several receivers ---


def test_one_of_two_receivers_is_refused(start: Start) -> None:
    """The other has it, and would get it again and again if it counted as not sent; it is said, though."""
    post, ours = start("none")
    post.refused.add("gone@example.com")
    ours["notify.email.to"] = "me@example.com, gone@example.com"
    assert channel.send(message(), ours) == (
        "me@example.com",
        "250 queued as 7",
        ["gone@example.com: 550 no such mailbox"],
    )
    one_task()
    place = environment(ours | {"notify.channels": "email"})
    assert run_process("due --notify", place) == (0, "", "email: gone@example.com: 550 no such mailbox\n")  # fmt: skip
    assert run_process("due --notify", place) == (0, "", "")
    assert len(post.mails) == 2


def test_the_only_receiver_is_refused(start: Start) -> None:
    post, ours = start("none")
    post.refused.add("me@example.com")
    assert refusal(ours) == (
        f"127.0.0.1:{post.port} did not take the mail (me@example.com: 550 no such mailbox); check notify.email.*"
    )


@pytest.mark.parametrize("to", ["nobody", "a@b@c", "me@example.com, x y", "@", "<a@b>\n"])
def test_what_is_no_address(to: str) -> None:
    ours = settings(email__to=to, email__server="127.0.0.1")
    assert refusal(ours).endswith("check notify.email.to and notify.email.from")


def test_nobody_to_write_to() -> None:
    assert refusal(settings(email__server="127.0.0.1")) == (
        "nobody is to get it; set: crm config set notify.email.to YOU@EXAMPLE.COM"
    )


# --- encryption and log-in ---


def log_in(ours: dict[str, str], **more: str) -> dict[str, str]:
    return ours | {"notify.email.user": USER} | {f"notify.email.{name}": value for name, value in more.items()}  # fmt: skip


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_password_goes_through_encryption_only(start: Start, security: str) -> None:
    post, ours = start(security, log_in=True)
    channel.send(message(), log_in(ours, password=PASSWORD))
    assert post.logins == [(USER, PASSWORD, True)]
    assert len(post.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_trusts(start: Start, security: str, tmp_path: Path) -> None:
    post, ours = start(security, log_in=True)
    del ours["notify.email.ca_file"]
    said = refusal(log_in(ours, password=PASSWORD) | {"notify.email.ca_file": ""})
    assert said.startswith(
        f"127.0.0.1:{post.port} did not take the mail (certificate not trusted: "
    )
    assert post.logins == post.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_another(start: Start, security: str) -> None:
    post, ours = start(security, name="mail.example.com", log_in=True)
    said = refusal(log_in(ours, password=PASSWORD))
    assert "certificate not trusted: IP address mismatch" in said
    assert post.logins == post.mails == []


def test_a_server_without_starttls_gets_neither_password_nor_mail(start: Start) -> None:
    """Somebody between may have taken the offer away."""
    post, ours = start("starttls", offers=False)
    said = refusal(log_in(ours, password=PASSWORD))
    assert "STARTTLS" in said
    assert post.logins == post.mails == []


def test_without_encryption_only_when_that_was_chosen(start: Start) -> None:
    post, ours = start("none", log_in=True)
    channel.send(message(), log_in(ours, password=PASSWORD))
    assert post.logins == [(USER, PASSWORD, False)]


def test_a_wrong_password(start: Start) -> None:
    post, ours = start("tls", log_in=True)
    said = refusal(log_in(ours, password="geheim"))
    assert said.startswith(f"127.0.0.1:{post.port} did not take the mail (535 ")
    assert "geheim" not in said
    assert post.mails == []


def test_a_password_that_mail_servers_cannot_take(start: Start) -> None:
    post, ours = start("tls", log_in=True)
    said = refusal(log_in(ours, password="密码一二三"))
    assert "characters that mail servers cannot take" in said
    assert not set("密码一二三") & set(said)
    assert post.logins == []


def test_no_server_there() -> None:
    port = free_port()
    ours = settings(email__to="me@example.com", email__server="127.0.0.1", email__port=str(port), email__security="none")  # fmt: skip
    assert refusal(ours) == f"127.0.0.1:{port} did not take the mail (Connection refused); check notify.email.*"  # fmt: skip


def test_no_such_file_of_certificates() -> None:
    ours = settings(email__to="me@example.com", email__server="127.0.0.1", email__ca_file="/no/ca.pem")  # fmt: skip
    assert refusal(ours) == "127.0.0.1:587 did not take the mail (No such file or directory); check notify.email.*"  # fmt: skip


def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(channel, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        ours = settings(email__to="me@example.com", email__server="127.0.0.1", email__port=str(port))  # fmt: skip
        assert refusal(ours) == f"127.0.0.1:{port} did not take the mail (Connection unexpectedly closed: timed out); check notify.email.*"  # fmt: skip


# --- where the password comes from ---


def test_a_password_from_a_program(start: Start, tmp_path: Path) -> None:
    """Its first line; no shell between."""
    post, ours = start("tls", log_in=True)
    keeper = stub(tmp_path, "keeper", f"print({PASSWORD!r}); print(sys.argv[1:])")
    command = f"{keeper} show 'a b' $(touch {tmp_path / 'mark'})"
    channel.send(message(), log_in(ours, password_command=command, password="wrong"))
    assert post.logins == [(USER, PASSWORD, True)]
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("sys.exit('the store is locked')", "the store is locked"),
        ("sys.exit(3)", "exit 3"),
        ("pass", "exit 0"),
        (None, "No such file or directory"),
    ],
)
def test_a_program_that_gives_none(line: str | None, reason: str, tmp_path: Path) -> None:
    keeper = stub(tmp_path, "keeper", line) if line else tmp_path / "gone"
    ours = settings(email__to="me@example.com", email__server="127.0.0.1")
    assert refusal(log_in(ours, password_command=str(keeper))) == (
        f"notify.email.password_command gave no password ({reason}); run it by hand to see why"
    )


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\nsecond line\n"])
def test_a_password_from_a_file(start: Start, tmp_path: Path, ending: str) -> None:
    post, ours = start("tls", log_in=True)
    (tmp_path / "key").write_bytes(f"{PASSWORD}{ending}".encode())
    channel.send(message(), log_in(ours, password_file="~/key"))
    assert post.logins == [(USER, PASSWORD, True)]


def test_a_file_that_gives_none(tmp_path: Path) -> None:
    ours = settings(email__to="me@example.com", email__server="127.0.0.1")
    assert refusal(log_in(ours, password_file="/no/key")) == (
        "/no/key gave no password (No such file or directory); check notify.email.password_file"
    )


def test_a_password_from_the_environment(start: Start) -> None:
    post, ours = start("starttls", log_in=True)
    one_task()
    place = environment(log_in(ours) | {"notify.channels": "email"})
    assert run_process("due --notify", place | {"CRM_NOTIFY_EMAIL_PASSWORD": PASSWORD}) == (0, "", "")  # fmt: skip
    assert post.logins == [(USER, PASSWORD, True)]


# --- the machine's own sendmail ---


def test_sendmail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = tmp_path / "sent"
    stub(tmp_path / "bin", "sendmail", f"open({str(sent)!r}, 'ab').write(repr(sys.argv[1:]).encode() + b'\\n' + sys.stdin.buffer.read())")  # fmt: skip
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    one_task("报价", "华东精工")
    place = {"CRM_NOTIFY_CHANNELS": "email", "CRM_NOTIFY_EMAIL_TO": "me@example.com"}
    for _ in range(2):
        assert run_process("due --notify", place) == (0, "", "")
    arguments, _, mail = sent.read_bytes().partition(b"\n")
    assert arguments == b"['-i', '-t']"
    read = email.message_from_bytes(mail, policy=email.policy.default)
    assert read["To"] == "me@example.com"
    assert "华东精工 – 报价 (t1)" in cast(EmailMessage, read).get_content()


def test_a_sendmail_that_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = stub(tmp_path / "bin", "sendmail", "sys.exit('no mail hub')")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert refusal(settings(email__to="me@example.com")) == (
        f"{program} did not take the mail (no mail hub); check the machine's mail"
    )


def test_neither_server_nor_sendmail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(channel, "_SENDMAILS", (str(tmp_path / "none"),))
    assert refusal(settings(email__to="me@example.com")) == (
        "no mail server is set and this machine has no sendmail; set: crm config set notify.email.server HOST"
    )


# --- as cron runs it ---


def test_chinese_arrives_whole_from_a_bare_environment(start: Start, tmp_path: Path) -> None:
    """No home, no language, no session: the language and the server are in the config."""
    post, ours = start("none")
    one_task("回访 “张伟” 😀", "华东精工")
    crm("config set lang zh")
    for name, value in (ours | {"notify.channels": "email"}).items():
        if value:
            crm(["config", "set", name, value])
    known = {name: os.environ[name] for name in ("CRM_CONFIG", "CRM_NOW", "TZ")}
    command = ["due", "--notify", "--db", str(tmp_path / "crm.db")]
    for _ in range(2):
        assert run(command, **bare(**known)) == (0, "", "")
    (mail,) = post.mails
    assert mail.get_content() == "11月20日 周五  华东精工：回访 “张伟” 😀（t1）\r\n"
