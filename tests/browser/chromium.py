"""The machine's Chromium, headless, and what its pages do that they must never do."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Request, Response, sync_playwright

EXECUTABLE = shutil.which("chromium") or ""
QUIET = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""It looks up nobody's hosts by itself."""
VIOLATION = "CSP violation"
TELL = f"""document.addEventListener("securitypolicyviolation", (event) =>
  console.error("{VIOLATION}:", event.violatedDirective, event.blockedURI, event.sample))"""


@contextmanager
def started() -> Iterator[Browser]:
    """Its profile is a new, empty directory, which ends with it."""
    flags = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else list(QUIET)  # root has no other way
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, headless=True, args=flags)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watch:
    """Everything the pages of one context did that no page of ours may do."""

    origin: str
    violations: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    executed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: int = 0

    def attach(self, context: BrowserContext) -> None:
        context.add_init_script(TELL)
        context.on("console", self._hear)
        context.on("dialog", self._dialog)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("request", self._request)
        context.on("response", self._response)

    def require_clean(self) -> None:
        assert (self.violations, self.foreign, self.executed, self.errors) == ([], [], [], [])

    def _hear(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or VIOLATION in message.text:
            self.violations.append(f"{message.page.url if message.page else ''} {message.text}")
        elif message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.errors.append(message.text)

    def _dialog(self, dialog: Dialog) -> None:
        self.executed.append(f"{dialog.page.url if dialog.page else ''} {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        self.requests += 1
        if not request.url.startswith(f"{self.origin}/"):
            self.foreign.append(request.url)

    def _response(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.errors.append(f"{response.status} {response.url}")
