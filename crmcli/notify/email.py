"""A reminder by e-mail: to an SMTP server with TLS, or to the machine's own sendmail."""

import os
import shlex
import shutil
import smtplib
import ssl
import subprocess
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

from crmcli.notify.message import Message, Undelivered

_SECONDS = 30
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_SENDMAILS = ("/usr/sbin/sendmail", "/usr/lib/sendmail")


def send(message: Message, settings: Mapping[str, str]) -> str:
    """Send the message to `notify.email.to`; to whom. Undelivered says what the server or the system had against it."""
    mail = composed(message, settings)
    if settings["notify.email.server"]:
        _by_server(mail, settings)
    else:
        _by_sendmail(mail)
    return settings["notify.email.to"]


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
        mail["From"] = Address("crm", addr_spec=settings["notify.email.from"] or to[0])
    except (ValueError, IndexError, LookupError) as error:
        raise Undelivered(
            "{address} is no e-mail address ({reason}); check notify.email.to and notify.email.from",
            address=settings["notify.email.to"],
            reason=error,
        ) from None
    mail["Subject"] = " ".join(message.title.split())
    mail["Auto-Submitted"] = "auto-generated"  # so that nobody's absence answers it
    mail.set_content(message.text + "\n")
    return mail


def _by_server(mail: EmailMessage, settings: Mapping[str, str]) -> None:
    server, security = settings["notify.email.server"], settings["notify.email.security"]
    port = int(settings["notify.email.port"] or _PORTS[security])
    context = ssl.create_default_context(cafile=settings["notify.email.ca_file"] or None)
    try:
        if security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server, port, timeout=_SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(server, port, timeout=_SECONDS)
        with connection:
            if security == "starttls":
                connection.starttls(context=context)
            if settings["notify.email.user"]:
                connection.login(settings["notify.email.user"], _password(settings))
            refused = connection.send_message(mail)
        if refused:
            raise smtplib.SMTPRecipientsRefused(refused)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise Undelivered(
            "{server}:{port} did not take the mail ({reason}); check notify.email.*",
            server=server,
            port=port,
            reason=_reason(error),
        ) from None


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(
            f"{address}: {code} {text.decode('utf-8', 'replace')}"
            for address, (code, text) in error.recipients.items()
        )
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
    return str(error) or type(error).__name__


def _password(settings: Mapping[str, str]) -> str:
    """From a command, a file, the environment, and only then the settings themselves."""
    if command := settings["notify.email.password_command"]:
        try:
            done = subprocess.run(
                shlex.split(command), capture_output=True, timeout=_SECONDS, check=True
            )
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise Undelivered(
                "notify.email.password_command gave no password ({reason}); run it by hand to see why",
                reason=error,
            ) from None
        return done.stdout.decode("utf-8").split("\n", 1)[0].removesuffix("\r")
    if name := settings["notify.email.password_file"]:
        try:
            return Path(name).expanduser().read_text(encoding="utf-8").split("\n", 1)[0]
        except (OSError, UnicodeDecodeError) as error:
            raise Undelivered(
                "{path} gave no password ({reason}); check notify.email.password_file",
                path=name,
                reason=getattr(error, "strerror", None) or error,
            ) from None
    return settings["notify.email.password"]


def _by_sendmail(mail: EmailMessage) -> None:
    program = shutil.which("sendmail") or next(filter(os.path.exists, _SENDMAILS), None)
    if program is None:
        raise Undelivered(
            "no mail server is set and this machine has no sendmail; set: crm config set notify.email.server HOST"
        )
    try:
        done = subprocess.run(
            [program, "-i", "-t"],
            input=mail.as_bytes(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Undelivered(
            "{program} did not take the mail ({reason}); check the machine's mail",
            program=program,
            reason=error,
        ) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Undelivered(
            "{program} did not take the mail ({reason}); check the machine's mail",
            program=program,
            reason=said[-1] if said else f"exit {done.returncode}",
        )
