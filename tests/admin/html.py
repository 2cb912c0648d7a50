"""What a page may consist of: nothing that runs, nothing from elsewhere, no field without a label."""

import re
from html.parser import HTMLParser

TAGS = frozenset(
    re.findall(
        r"\w+",
        """html head meta title link script body a header p small nav ul li main h1 h2 h3 section footer form input
        label select option button div table thead tbody tr th td caption strong code time span dl dt dd ol br details
        textarea fieldset legend summary svg line rect del ins""",
    )
)
VOID = {"meta", "link", "input", "br"}


class Page(HTMLParser):
    """`faults` says what should not be there."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[dict[str, str]] = []
        self.links: list[str] = []
        self.landmarks: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        if self._open:
            self.faults.append(f"left open: {self._open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in TAGS:
            self.faults.append(f"<{tag}>")
        if tag not in VOID:
            self._open.append(tag)
        self._look_at_attributes(tag, given)
        if tag in ("header", "nav", "main", "footer"):
            self.landmarks.append(tag)
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.fields.append(given)
        if tag == "label":
            self.labels.add(given["for"])
        if tag == "a":
            self.links.append(given["href"])

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script" and data.strip():
            self.faults.append("a script in the page")

    def _look_at_attributes(self, tag: str, given: dict[str, str]) -> None:
        self.faults += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action"):
            if name in given and not given[name].startswith(("/", "#")):
                self.faults.append(f"{tag} {name}={given[name]}")
            if given.get(name, "").startswith("//"):
                self.faults.append(f"{tag} {name}={given[name]}")
        if "id" in given:
            if given["id"] in self.ids:
                self.faults.append(f"id {given['id']} twice")
            self.ids.append(given["id"])
        if tag == "meta" and "http-equiv" in given:
            self.faults.append(f"meta {given['http-equiv']}")


def faults(text: str) -> list[str]:
    page = Page(text)
    unnamed = [field for field in page.fields if field.get("id") not in page.labels]
    return page.faults + [f"no label: {field}" for field in unnamed]
