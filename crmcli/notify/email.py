"""A reminder by e-mail: to an SMTP server with TLS, or to the machine's own sendmail."""

import os
import shlex
import shutil
import smtplib
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any

from crmcli.notify.message import Message, Receipt, Undelivered
from crmcli.notify.running import last_line, run

SECONDS = 30.0
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_SENDMAILS = ("/usr/sbin/sendmail", "/usr/lib/sendmail")


def send(message: Message, settings: Mapping[str, str]) -> Receipt:
    """Send the message to `notify.email.to`; to whom. Undelivered says what the server or the system had against it."""
    mail = composed(message, settings)
    if settings["notify.email.server"]:
        return _by_server(mail, settings)
    return _by_sendmail(mail)


def composed(message: Message, settings: Mapping[str, str]) -> EmailMessage:
    """The mail: plain text, and a subject of one line."""
    to = [part.strip() for part in settings["notify.email.to"].split(",") if part.strip()]
    if not to:
        raise Undelivered(
            "nobody is to get it; set: crm config set notify.email.to YOU@EXAMPLE.COM"
        )
    mail = EmailMessage()
    try:
        mail["To"] = [Address(addr_spec=one) for one in to]
        sender = Address("crm", addr_spec=settings["notify.email.from"].strip() or to[0])
        mail["From"] = sender
    except (ValueError, LookupError, MessageError) as error:
        raise Undelivered(
            "{address} is no e-mail address ({reason}); check notify.email.to and notify.email.from",
            address=settings["notify.email.to"],
            reason=error,
        ) from None
    mail["Subject"] = message.heading
    mail["Date"] = datetime.fromisoformat(message.at)
    mail["Message-ID"] = make_msgid(domain=sender.domain or "localhost")
    mail["Auto-Submitted"] = "auto-generated"  # so that nobody's absence answers it
    mail.set_content(message.text + "\n")
    return mail


def _by_server(mail: EmailMessage, settings: Mapping[str, str]) -> Receipt:
    server, security = settings["notify.email.server"], settings["notify.email.security"]
    port = int(settings["notify.email.port"] or _PORTS[security])
    user = settings["notify.email.user"]
    password = _password(settings) if user else ""
    try:
        with _connected(server, port, security, settings["notify.email.ca_file"]) as connection:
            if user:
                _log_in(connection, user, password)
            refused = connection.send_message(mail)
            answer = connection.answer
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise Undelivered(
            "{server}:{port} did not take the mail ({reason}); check notify.email.*",
            server=server,
            port=port,
            reason=_reason(error),
        ) from None
    reached = [one.addr_spec for one in mail["To"].addresses if one.addr_spec not in refused]
    # Who got it would get it again and again, if it counted as not sent.
    return Receipt(", ".join(reached), answer, [_refusal(refused)] if refused else [])


class _Plain(smtplib.SMTP):
    """Remembers what the server said when it took the mail."""

    answer = ""

    def data(self, msg: Any) -> tuple[int, bytes]:
        code, text = super().data(msg)
        self.answer = f"{code} {text.decode('utf-8', 'replace')}"
        return code, text


class _Encrypted(_Plain, smtplib.SMTP_SSL):
    """The same from the first byte on."""


@contextmanager
def _connected(server: str, port: int, security: str, ca_file: str) -> Iterator[_Plain]:
    """A connection that is encrypted before anything is said on it, unless nobody asked for that."""
    place = Path(ca_file).expanduser() if ca_file else None
    context = ssl.create_default_context(cafile=place) if security != "none" else None
    connection = (
        _Encrypted(server, port, timeout=SECONDS, context=context)
        if security == "tls"
        else _Plain(server, port, timeout=SECONDS)
    )
    try:
        if security == "starttls":
            connection.starttls(context=context)
        yield connection
        # It was taken; what goes wrong while taking leave changes nothing.
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()
    finally:
        connection.close()


def _log_in(connection: smtplib.SMTP, user: str, password: str) -> None:
    if not (user + password).isascii():
        raise ValueError("the name or the password has characters that mail servers cannot take")
    connection.login(user, password)


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _refusal(error.recipients)
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not trusted: {error.verify_message}"
    return str(getattr(error, "strerror", None) or error) or type(error).__name__


def _refusal(refused: Mapping[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"{address}: {_answer(code, text)}" for address, (code, text) in refused.items())  # fmt: skip


def _answer(code: int, text: bytes | str) -> str:
    shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(shown.split())}"


def _password(settings: Mapping[str, str]) -> str:
    """From a command, a file, the environment, and only then the settings themselves."""
    if command := settings["notify.email.password_command"]:
        return _first_line(_asked(command))
    if name := settings["notify.email.password_file"]:
        try:
            return _first_line(Path(name).expanduser().read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise Undelivered(
                "{path} gave no password ({reason}); check notify.email.password_file",
                path=name,
                reason=getattr(error, "strerror", None) or error,
            ) from None
    return settings["notify.email.password"]


def _asked(command: str) -> str:
    try:
        ended = run(shlex.split(command), seconds=SECONDS)
        if ended.code or not ended.said:
            raise ValueError(ended.reason)
    except (OSError, ValueError, IndexError, subprocess.SubprocessError) as error:
        raise Undelivered(
            "notify.email.password_command gave no password ({reason}); run it by hand to see why",
            reason=getattr(error, "strerror", None) or error,
        ) from None
    return ended.said


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0].removesuffix("\r")


def _by_sendmail(mail: EmailMessage) -> Receipt:
    program = shutil.which("sendmail") or next(filter(os.path.exists, _SENDMAILS), None)
    if program is None:
        raise Undelivered(
            "no mail server is set and this machine has no sendmail; set: crm config set notify.email.server HOST"
        )
    try:
        ended = run([program, "-i", "-t"], mail.as_bytes(), seconds=SECONDS)
        if ended.code:
            raise ValueError(ended.reason)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise Undelivered(
            "{program} did not take the mail ({reason}); check the machine's mail",
            program=program,
            reason=getattr(error, "strerror", None) or error,
        ) from None
    return Receipt(str(mail["To"]), last_line(ended.said))
