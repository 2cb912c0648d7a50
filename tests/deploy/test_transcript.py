"""The page that shows the conversation is the conversation."""

from pathlib import Path

import pytest

from tests.deploy import transcript

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs/deploy-transcript.md"


def test_the_transcript_in_the_docs_is_current(tmp_path):
    assert PAGE.read_text() == transcript.page(tmp_path), "run `python -m tests.deploy.transcript`"
