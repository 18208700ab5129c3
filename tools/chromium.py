"""A headless Chromium, driven by its own protocol through two pipes: pages are opened, looked at and measured."""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)  # fmt: skip

# Its ends of the pipes are the descriptors 3 and 4, whatever they are called here.
_START = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for number, end in enumerate(ends, start=3):
    os.dup2(end, number)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """One browser and the page it shows."""

    def __init__(self, send: int, receive: int) -> None:
        self._send = os.fdopen(send, "wb", buffering=0)
        self._receive = os.fdopen(receive, "rb")
        self._last = 0
        self._events: list[dict[str, Any]] = []
        target = self._ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = self._ask("Target.attachToTarget", {"targetId": target, "flatten": True})
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The answer of the page to a method of the protocol."""
        return self._ask(method, parameters, self._session)

    def _ask(
        self, method: str, parameters: Mapping[str, Any], session: str | None = None
    ) -> dict[str, Any]:
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self._send.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._last:
                if "error" in answer:
                    raise AssertionError((method, answer["error"]))
                found: dict[str, Any] = answer["result"]
                return found
            self._events.append(answer)

    def _next(self) -> dict[str, Any]:
        message = bytearray()
        while (byte := self._receive.read(1)) != b"\0":
            assert byte, "the browser ended"
            message += byte
        found: dict[str, Any] = json.loads(message)
        return found

    def open(self, page: Path, wide: int, *, scheme: str = "light", media: str = "screen") -> None:
        """Show a file at so many pixels across, light or dark, on the screen or as printed; what came before is forgotten."""
        self.ask("Emulation.setDeviceMetricsOverride", width=wide, height=844, deviceScaleFactor=1, mobile=False)  # fmt: skip
        self.ask(
            "Emulation.setEmulatedMedia",
            media=media,
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )
        self._events.clear()
        self.ask("Page.navigate", url=page.resolve().as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self._events):
            self._events.append(self._next())

    def evaluate(self, expression: str) -> Any:
        """The value of an expression of JavaScript in the page, which itself may run none."""
        found = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    @property
    def complaints(self) -> list[Any]:
        """What the console and the log said since the page was opened, and what was thrown."""
        return [
            event["params"]
            for event in self._events
            if event["method"] in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        ]  # fmt: skip

    @property
    def requests(self) -> list[str]:
        """Everything that was asked for since the page was opened, but what the page itself forbade."""
        refused = {
            event["params"]["requestId"]
            for event in self._events
            if event["params"].get("blockedReason") == "csp"
        }
        return [
            event["params"]["request"]["url"]
            for event in self._events
            if event["method"] == "Network.requestWillBeSent"
            and event["params"]["requestId"] not in refused
        ]

    def screenshot(self, most: int | None = None, top: int = 0) -> bytes:
        """The page as PNG from `top` down: all of it, or so many pixels."""
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        high = min(size["height"] - top, most or size["height"])
        clip = {"x": 0, "y": top, "width": size["width"], "height": high, "scale": 1}
        found = self.ask("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(found["data"])

    def pdf(self) -> bytes:
        """The page as it is printed."""
        return base64.b64decode(self.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"])  # fmt: skip

    def close(self) -> None:
        """End the browser."""
        self._send.close()
        self._receive.close()


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser of its own, with a profile that is thrown away."""
    assert PROGRAM is not None
    reads, send = os.pipe()
    receive, writes = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
            "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--remote-debugging-pipe", f"--user-data-dir={profile}",
        ]  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-c", _START, str(reads), str(writes), PROGRAM, *options],
            pass_fds=(reads, writes),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": profile, "XDG_CONFIG_HOME": profile, "XDG_CACHE_HOME": profile},
        )  # fmt: skip
        os.close(reads)
        os.close(writes)
        found = None
        try:
            found = Browser(send, receive)
            yield found
            found._ask("Browser.close", {})
        finally:
            if found is not None:
                found.close()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
