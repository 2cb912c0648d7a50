"""The site is built without a warning, its links lead somewhere, and reading it asks nobody for anything."""

import os
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest

from tests.requirements_of_machine import require

ROOT = Path(__file__).parents[2]
LOADED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "object": "data",
    "embed": "src",
    "form": "action",
}
"""What a browser fetches without being asked. A link of the reader's is not."""
DIAGRAM = ROOT / "docs/architecture.svg"


class Page(HTMLParser):
    """The targets of links, the ids that can be linked to, and what is loaded."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids |= {given.get("id") or given.get("name") or ""}
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag == "link" or tag in LOADED:
            self.loaded.append(given.get(LOADED.get(tag, "href")) or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    python = ROOT / ".venv-docs" / "bin/python"
    require(python.exists() and str(python), "what `make docs` installs (.venv-docs)")
    built = tmp_path_factory.mktemp("site")

    said = subprocess.run(
        [python, "-m", "mkdocs", "build", "--strict", "--site-dir", built],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (said.returncode, [line for line in said.stderr.splitlines() if not line.startswith("INFO")]) == (0, [])
    return built


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Page]:
    return {path: Page(path.read_text()) for path in site.rglob("*.html")}


pytestmark = pytest.mark.slow


def test_every_page_of_the_documentation_is_on_the_site(site, pages):
    built = {path.relative_to(site).with_suffix(".md").as_posix() for path in pages}
    written = {path.relative_to(ROOT / "docs").as_posix() for path in ROOT.glob("docs/**/*.md")}

    assert {name for name in written if Path(name).name != "README.md"} - built == set()
    assert {"project/CHANGELOG.md", "project/CONTRIBUTING.md", "project/SECURITY.md", "adr/index.md"} <= built


def test_every_link_leads_to_a_page_and_its_anchor_to_a_place(site, pages):
    broken = []
    for path, page in pages.items():
        for link in page.links:
            target = urlsplit(link)
            if target.scheme or target.netloc or path.name == "404.html":
                continue
            there = (path.parent / unquote(target.path)).resolve() if target.path else path
            there = there / "index.html" if there.is_dir() else there
            anchors = pages[there].ids if there in pages else set()
            if not there.exists() or (target.fragment and unquote(target.fragment) not in anchors):
                broken.append((path.relative_to(site).as_posix(), link))

    assert broken == []


def test_reading_the_site_asks_nobody_else_for_anything(site, pages):
    asked = {url for page in pages.values() for url in page.loaded if urlsplit(url).netloc}
    styled = {
        url
        for path in site.rglob("*.css")
        for url in re.findall(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^)\"']+)", path.read_text())
    }

    assert (asked, styled) == (set(), set())


def test_no_page_shows_a_tag_that_only_another_site_knows(pages):
    assert [path.name for path in pages if "<walkthrough-" in path.read_text()] == []


def test_the_diagram_is_drawn_by_itself():
    drawing = ET.parse(DIAGRAM).getroot()
    tags = {element.tag.rpartition("}")[2] for element in drawing.iter()}
    links = [name for element in drawing.iter() for name in element.attrib if name.endswith("href")]

    assert (tags & {"script", "image", "foreignObject", "use"}, links) == (set(), [])
    assert {"title", "desc"} <= tags
