"""A reminder to messengers and robots by apprise: WeCom, DingTalk, Feishu and a hundred others."""

import re
from collections.abc import Mapping

from crmcli.notify.message import Message, Undelivered

_NEXT = re.compile(r"[,\s]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")


def send(message: Message, settings: Mapping[str, str]) -> str:
    """Send the message to every address of `notify.urls`; how many. Undelivered when one of them did not take it."""
    urls = [url for url in _NEXT.split(settings["notify.urls"].strip()) if url]
    if not urls:
        raise Undelivered("no address is named; set one with: crm config set notify.urls URL")
    try:
        import apprise
    except ImportError:
        raise Undelivered(
            "messengers need apprise; install it with: pip install 'crm-terminal[notify]'"
        ) from None
    failed = []
    for url in urls:
        sender = apprise.Apprise()
        kind = url.partition("://")[0]
        if not sender.add(url):
            failed.append(f"{kind}: not understood")
        elif not sender.notify(
            title=message.title, body=message.text, body_format=apprise.NotifyFormat.TEXT
        ):
            failed.append(f"{kind}: not taken")
    if failed:
        raise Undelivered(
            "{failed} of {count} addresses in notify.urls failed ({reason}); try: crm notify-test",
            failed=len(failed),
            count=len(urls),
            reason=", ".join(failed),
        )
    return f"{len(urls)}"
