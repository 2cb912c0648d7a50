"""What a newcomer is told to type does what the page says."""

import json
import re
from pathlib import Path

from tests.bridge import make_bridge

PAGE = (Path(__file__).parents[2] / "docs/quick-start.md").read_text()
BODIES = [json.loads(body) for body in re.findall(r"-d '(\{.+\})'", PAGE)]


def test_the_first_request_invites_barbara_and_the_second_is_refused(tmp_path):
    bridge = make_bridge(tmp_path)
    invited, refused = (bridge.send("POST", "/Users", body) for body in BODIES)

    assert (invited.status_code, invited.json["userName"]) == (201, "bjensen@example.com")
    assert refused.status_code == 403
    assert "the bridge never changes such people" in refused.json["detail"]


def test_the_refusal_is_explained():
    page = (Path(__file__).parents[2] / "docs/troubleshooting.md").read_text()

    assert "the bridge never changes such people" in page
