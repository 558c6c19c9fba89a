"""A headless Chromium that tests talk to by pipes, without a driver: pages, requests, printing, media and scripts."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from testing.programs import program

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run")
CHUNK = 1 << 20


def chromium() -> str:
    """Return the path of Chromium; skip the test if there is none, or fail where it must run."""
    return program(*NAMES)


class Browser:
    """One page in a browser; use it as a context manager."""

    def __init__(self, width: int = 1280, height: int = 800) -> None:
        self._program = chromium()
        self._size = (width, height)
        self.requests: list[str] = []
        """The addresses of all requests since the page was opened, the page itself among them."""
        self._number = 0
        self._session = ""
        self._pending = b""

    def __enter__(self) -> Browser:
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        self._profile = tempfile.mkdtemp(prefix="browser-")

        def connect() -> None:
            # The pipes have to be 3 and 4; they are moved out of the way first, since they may have these numbers.
            ends = os.dup(to_browser), os.dup(from_browser)
            high = [os.dup2(end, number) for end, number in zip(ends, (90, 91), strict=True)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        command = [self._program, *OPTIONS, f"--user-data-dir={self._profile}", "about:blank"]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(
            command, stdout=quiet, stderr=quiet, close_fds=False, preexec_fn=connect, start_new_session=True
        )
        os.close(to_browser)
        os.close(from_browser)
        targets = self.send("Target.getTargets")["targetInfos"]
        assert isinstance(targets, list)
        page = next(one["targetId"] for one in targets if one["type"] == "page")
        attached = self.send("Target.attachToTarget", targetId=page, flatten=True)
        self._session = str(attached["sessionId"])
        self.send("Network.enable")
        self.send("Page.enable")
        width, height = self._size
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for handle in (self._read, self._write):
            with suppress(OSError):
                os.close(handle)
        shutil.rmtree(self._profile, ignore_errors=True)

    def send(self, method: str, **params: object) -> Mapping[str, object]:
        """Send a command of the DevTools protocol and return its result."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "result" in answer, answer
                result = answer["result"]
                assert isinstance(result, dict)
                return result

    def wait_for(self, event: str) -> None:
        """Wait until an event has come."""
        while self._next().get("method") != event:
            pass

    def open(self, path: Path) -> None:
        """Open a file and wait until it is loaded."""
        self.requests = []
        self.send("Page.navigate", url=path.resolve().as_uri())
        self.wait_for("Page.loadEventFired")

    def evaluate(self, script: str) -> object:
        """Return the value of an expression in the page, which the page's policy cannot prevent."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        result = answer["result"]
        assert isinstance(result, dict)
        assert "exceptionDetails" not in answer, answer
        return result.get("value")

    def use_dark(self, is_dark: bool) -> None:
        """Prefer dark or light colours."""
        feature = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[feature])

    def pdf(self) -> bytes:
        """Return the page as it is printed."""
        return base64.b64decode(str(self.send("Page.printToPDF", preferCSSPageSize=True)["data"]))

    def screenshot(self, path: Path) -> None:
        """Write what is seen to a file in PNG."""
        path.write_bytes(base64.b64decode(str(self.send("Page.captureScreenshot", format="png")["data"])))

    def _next(self) -> Mapping[str, object]:
        """Return the next message, and remember requests."""
        while b"\0" not in self._pending:
            chunk = os.read(self._read, CHUNK)
            assert chunk, "the browser has ended"
            self._pending += chunk
        line, _, self._pending = self._pending.partition(b"\0")
        message = json.loads(line)
        assert isinstance(message, dict)
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        return message
