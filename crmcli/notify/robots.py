"""A reminder to messengers and robots by apprise: WeCom, DingTalk, Feishu and a hundred others."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from crmcli.notify.message import Message, Receipt, Undelivered

_NEXT = re.compile(r"[,\s]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")

_AS_COPIED = (
    (re.compile(r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([\w-]+)"), r"wecombot://\1"),
    (re.compile(r"https://oapi\.dingtalk\.com/robot/send\?access_token=(\w+)"), r"dingtalk://\1"),
    (re.compile(r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([\w-]+)/?"), r"feishu://\1"),
)  # fmt: skip
"""Addresses as these robots show them, and what apprise calls them."""


def send(message: Message, settings: Mapping[str, str]) -> Receipt:
    """Send the message to every address of `notify.urls`; to which kinds. Undelivered when none of them took it."""
    urls = [_known(url) for url in _NEXT.split(settings["notify.urls"].strip()) if url]
    if not urls:
        raise Undelivered("no address is named; set one with: crm config set notify.urls URL")
    try:
        import apprise
    except ImportError:
        raise Undelivered(
            "messengers need apprise; install it with: pip install 'crm-terminal[notify]'"
        ) from None
    taken, answers, failed = [], [], []
    for url in urls:
        kind = kind_of(url)
        with _listening() as heard:
            sender = apprise.Apprise()
            is_taken = sender.add(url) and sender.notify(
                title=_defused(message.heading),
                body=_defused(message.text),
                body_format=apprise.NotifyFormat.TEXT,
            )
        if is_taken:
            taken.append(kind)
            answers.extend(heard[-1:])
        else:
            reason = heard[-1] if heard else "not taken"
            failed.append(f"{kind}: {_without_secrets(reason, url)}")
    if not taken:
        raise Undelivered(
            "{failed} of {count} addresses in notify.urls failed ({reason}); try: crm notify-test",
            failed=len(failed),
            count=len(urls),
            reason=", ".join(failed),
        )
    # Those that took it would get it again and again, if this counted as not sent.
    return Receipt(", ".join(taken), ", ".join(answers), failed)


def kind_of(url: str) -> str:
    """Which kind of robot or messenger an address is of, as apprise calls it."""
    return _known(url).partition("://")[0]


def _known(url: str) -> str:
    for form, ours in _AS_COPIED:
        if form.fullmatch(url):
            return form.sub(ours, url)
    return url


def _defused(text: str) -> str:
    """Robots obey `<at …>`, `<!channel>` and `@everyone`; a space without width after the sign makes them plain text."""
    return re.sub("([<@])", "\\1\u200b", text)


@contextmanager
def _listening() -> Iterator[list[str]]:
    """What servers answer and apprise complains of, in order; nothing of it goes to our stderr.

    Robots of WeCom and DingTalk answer 200 to what they refuse, and say so in the text only, which apprise does not
    read: such an answer becomes a failed request here.
    """
    import logging

    import requests

    heard: list[str] = []
    real, logger = requests.Session.send, logging.getLogger("apprise")

    def ask(session: Any, request: Any, **options: Any) -> Any:
        response = real(session, request, **options)
        if refusal := _refusal(response):
            heard.append(refusal)
            raise requests.RequestException(refusal)
        heard.append(f"{response.status_code} {response.reason}")
        return response

    class Ear(logging.Handler):
        """Keeps complaints, unless a server's own no says more."""

        def emit(self, record: logging.LogRecord) -> None:
            if not heard or heard[-1].startswith("2"):
                heard.append(record.getMessage())

    ear, before = Ear(logging.WARNING), logger.propagate
    logger.addHandler(ear)
    logger.propagate = False
    requests.Session.send = ask  # type: ignore[method-assign,assignment]
    try:
        yield heard
    finally:
        requests.Session.send = real  # type: ignore[method-assign]
        logger.propagate = before
        logger.removeHandler(ear)


def _refusal(response: Any) -> str:
    try:
        said = response.json()
    except ValueError:
        return ""
    if not isinstance(said, dict) or not said.get("errcode"):
        return ""
    return f"{said['errcode']} {said.get('errmsg', '')}".strip()


def _without_secrets(reason: str, url: str) -> str:
    """What complaints repeat of an address may be its key, and they go to a terminal or into a mail."""
    for secret in _secrets(url):
        reason = reason.replace(secret, "…")
    return reason


def _secrets(url: str) -> Sequence[str]:
    parts = urlsplit(url)
    login, _at, host = parts.netloc.rpartition("@")
    known = [*login.split(":"), *parts.path.split("/"), *(value for _, value in parse_qsl(parts.query))]  # fmt: skip
    if "." not in host and ":" not in host:
        known.append(host)
    both = {form for secret in known for form in (secret, unquote(secret))}
    return sorted((one for one in both if len(one) > 3), key=len, reverse=True)
