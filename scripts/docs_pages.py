"""What the site has beyond docs/: the papers of the project's root, and links that lead where the site has the page.

mkdocs calls these functions (mkdocs.yml, `hooks`). A link to a file that is no page becomes its name.
"""
# ruff: noqa: INP001 - a script that mkdocs loads by its path

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

PAPERS = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
LINK = re.compile(r"\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?!\w+:|#)(?P<path>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
TUTORIAL_LINK = re.compile(r"<walkthrough-editor-open-file filePath=\"(?P<path>[^\"]+)\">(?P<text>[^<]+)</[a-z-]+>")
TUTORIAL_TAG = re.compile(r"</?walkthrough-[a-z-]+(?: [a-zA-Z]+=\"[^\"]*\")*>")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    root = Path(config.config_file_path).parent
    for name in PAPERS:
        files.append(File.generated(config, f"project/{name}", abs_src_path=str(root / name)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Links that are right in the repository are made right on the site."""
    source = page.file.src_uri
    in_repository = source.removeprefix("project/") if source.startswith("project/") else f"docs/{source}"

    def lead(found: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(in_repository), found["path"]))
        target = path.removeprefix("docs/") if path.startswith("docs/") else f"project/{path}"
        if files.get_file_from_path(target) is None:
            return found[0] if path.startswith("docs/") and path.endswith(".md") else found["text"]
        there = posixpath.relpath(target, posixpath.dirname(source) or ".")
        return f"[{found['text']}]({there}{found['anchor'] or ''})"

    return LINK.sub(lead, _without_tutorial_tags(markdown))


def _without_tutorial_tags(markdown: str) -> str:
    """The tutorial for Cloud Shell has tags that only Cloud Shell shows."""
    plain = TUTORIAL_LINK.sub(lambda found: f"[{found['text']}](../{found['path']})", markdown)
    return TUTORIAL_TAG.sub("", plain.replace("<walkthrough-project-id/>", "PROJECT"))
