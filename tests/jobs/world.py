"""What the account shows, in the words of the tests."""

from typing import Any

from tests.bridge import Bridge


def person(bridge: Bridge, email: str = "bjensen@example.com") -> dict[str, Any]:
    found = [each for each in bridge.target.world()["people"] if each["email"].lower() == email]
    assert len(found) <= 1
    return found[0] if found else {}


def groups(bridge: Bridge) -> dict[str, list[str]]:
    return {
        group["name"]: group["members"] for group in bridge.target.world()["groups"] if group["type"] == "USER_DEFINED"
    }
