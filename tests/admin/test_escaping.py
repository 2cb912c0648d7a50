"""Whatever comes from outside is shown as text: canaries in every attribute, name, error, plan and token."""

import re
import string
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scim.jobs.desk import Desk
from scim.jobs.pull_notes import SELECTION, Approval, KeptPlan, Notes, Run, State
from scim.jobs.removals import RemovalLimit
from scim.operations import ActualPerson, ListedGroup, NotDone
from scim.records import Event, Link, Outcome, Ref, Refused, Report
from scim.web.uses import KNOWN
from tests.admin.html import faults
from tests.admin.screens import Screens, make_desk, make_screens
from tests.bridge import ENTERPRISE, make_bridge
from tests.jobs.pulling import MemorySource

EVIL = """"><script>alert(1)</script><img src=x onerror=alert(2)>'--><svg/onload=alert(3)>{{7*7}}"""
AT = "2027-01-15T07:00:00Z"
DIGEST = re.compile(r'name="digest" value="(\w+)"')


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screens]:
    """A bridge that is told the canary wherever somebody outside can tell it something."""
    source = MemorySource()
    source.team(f"{EVIL}@example.com", EVIL)
    limit = RemovalLimit(people_least=0)
    made = make_screens(
        tmp_path_factory.mktemp("screens"), source="Google Workspace", wait=0, limit=limit, reads=source
    )
    fill(made)
    yield made
    made.bridge.store.close()


def fill(screens: Screens) -> None:
    bridge, store = screens.bridge, screens.bridge.store
    name = dict.fromkeys(("formatted", "familyName", "givenName", "middleName", "honorificPrefix"), EVIL)
    texts = ["title", "nickName", "userType", "preferredLanguage", "locale", "timezone"]
    user = bridge.post_user(
        EVIL.replace(" ", ""), name=name, displayName=EVIL, externalId=EVIL, **dict.fromkeys(texts, EVIL),
        profileUrl="https://example.com/",
        phoneNumbers=[{"value": EVIL, "display": EVIL, "type": EVIL}],
        addresses=[{"formatted": EVIL, "streetAddress": EVIL, "country": "US"}],
        entitlements=[{"value": EVIL}], roles=[{"value": EVIL}], ims=[{"value": EVIL}],
        emails=[{"value": "bjensen@example.com", "type": EVIL}],
        **{ENTERPRISE: {"department": EVIL, "employeeNumber": EVIL, "manager": {"value": EVIL}}},
    )["id"]  # fmt: skip
    group = bridge.post_group(EVIL, user, externalId=EVIL)["id"]
    bridge.target._allowed_domains = frozenset({"example.org"})
    bridge.settle()
    ref = Ref("User", user)
    link = store.get(ref).link
    store.save_link(ref, replace(link, last_error=EVIL, waiting=EVIL, target_state=EVIL, target_id="t"), None, None)
    bridge.patch(f"/Users/{user}", {"op": "replace", "path": "title", "value": EVIL + "2"})
    store.append_event(Event("~evil".replace("~", "0"), AT, EVIL, EVIL, Ref("Group", group), [{EVIL: EVIL}], EVIL))
    bridge.target.add_group(EVIL + "3")
    drift = {"kind": EVIL, "resource": "User", "id": user, "name": EVIL, "wanted": EVIL, "shown": EVIL, "remark": EVIL}
    store.put_note("drift", {"items": [{**drift, "since": 0}], "more": 1})
    store.put_note("notices.unmanaged", {"groups": [{"target_id": "t", "name": EVIL, "at": bridge.clock.at}]})
    store.put_report(Report(EVIL, AT, "2028-01-01T00:00:00Z", "degraded", {"reason": EVIL, EVIL: 1}))
    store.put_report(Report("Pull", AT, "2028-01-01T00:00:00Z", "unhealthy", {"reason": EVIL, "outcome": EVIL}))
    step = {"what": EVIL, "kind": "User", "name": EVIL, "why": EVIL, "members": 9, "names": [EVIL]}
    notice = {"what": EVIL, "name": EVIL, "why": EVIL}
    Notes(store).remember(Run(EVIL, EVIL, EVIL, {"users": 1, "wanted": 1, "groups": 1}, {EVIL: 1}, 1, EVIL))
    store.put_note(SELECTION, {"groups": [EVIL], "units": [EVIL], "exclude": [EVIL], "unlisted": EVIL})
    Notes(store).keep(KeptPlan(EVIL, 0, (EVIL,), {EVIL: 1}, {EVIL: 1}, [step], [notice]))
    Notes(store).approve(Approval(EVIL, EVIL, 0))
    Notes(store).put_state(State(0, EVIL, 1, 1, {EVIL: "1"}))
    store.put_note(KNOWN, {"tokens": [{"id": "x", "client": EVIL, "dialect": EVIL, "created": 0}]})


def everywhere(screens: Screens) -> list[str]:
    store = screens.bridge.store
    user, group = next(store.scan("User")).id, next(store.scan("Group")).id
    events = [f"/activity/{event.id}" for event in store.events(99)]
    groups = [f"/managed/{each.id}" for each in screens.bridge.target.groups()]
    fixed = ["/", "/people", "/people?q=script", f"/people/{user}", f"/people/{user}?look=1", "/groups", "/managed",
             f"/groups/{group}", f"/groups/{group}?look=1", "/holds", "/drift", "/activity", "/connections",
             "/workspace", "/workspace/choice", "/workspace/groups", "/settings"]  # fmt: skip
    return [*fixed, *events, *groups]


def test_no_page_has_anything_in_it_that_runs(screens: Screens):
    for path in everywhere(screens):
        page = screens.get(path)

        assert faults(page) == [], path
        assert "<script>" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/people",
        "/people/USER",
        "/groups",
        "/groups/GROUP",
        "/managed",
        "/drift",
        "/workspace",
        "/workspace/choice",
        "/workspace/groups",
        "/activity",
    ],
)
def test_the_canary_was_there_to_be_shown(screens: Screens, path: str):
    """Otherwise the test above tests nothing."""
    store = screens.bridge.store
    path = path.replace("USER", next(store.scan("User")).id).replace("GROUP", next(store.scan("Group")).id)

    assert "&lt;script&gt;alert(1)" in screens.get(path)


def test_every_attribute_of_the_person_is_shown_as_text(screens: Screens):
    page = screens.get(f"/people/{next(screens.bridge.store.scan('User')).id}")

    assert page.count("&lt;script&gt;alert(1)") >= 25


@pytest.mark.parametrize(
    "path",
    ["/people?q={}", "/people?standing={}", "/people?after={}", "/people/{}", "/groups?q={}", "/groups/{}",
     "/groups/x?members={}", "/managed/{}", "/holds/{}", "/holds/people?decision={}", "/holds/people?from={}",
     "/workspace/groups?q={}", "/workspace/groups?from={}",
     "/activity?actor={}", "/activity?action={}", "/activity?resource={}", "/activity?before={}", "/activity/{}",
     "/connections/{}", "/?told={}", "/?key={}", "/{}", "/static/{}"],
)  # fmt: skip
def test_what_is_asked_is_shown_as_text(screens: Screens, path: str):
    answer = screens.http.get(path.replace("{}", EVIL.replace("{{7*7}}", "").replace("/", "%2F")))

    assert answer.status_code in (200, 303, 404)
    assert answer.status_code == 303 or faults(answer.text) == []


class Shouting(Desk):
    """What the target calls people, and what it says when it refuses."""

    def look(self, ref: Ref) -> ActualPerson:
        return ActualPerson(EVIL, EVIL, EVIL, EVIL, EVIL)

    def groups(self) -> list[ListedGroup]:
        raise NotDone(EVIL)

    def settle(self, ref: Ref, by: str) -> Outcome:
        return Refused(EVIL)


@pytest.mark.parametrize("path", ["/people/USER?look=1", "/managed", "/people/USER/settle"])
def test_what_the_target_says_is_shown_as_text(tmp_path: Path, path: str):
    desk = make_desk(make_bridge(tmp_path / "desk"))
    screens = make_screens(tmp_path, operations=Shouting(*(getattr(desk, name) for name in Desk.__slots__)))
    path = path.replace("USER", screens.bridge.post_user()["id"])
    if path.endswith("settle"):
        path = screens.send(path).headers["Location"]

    page = screens.get(path, 409 if path == "/managed" else 200)

    assert faults(page) == []
    assert "&lt;script&gt;alert(1)" in page


def test_what_is_told_after_a_form_is_shown_as_text(tmp_path: Path):
    screens = make_screens(tmp_path)
    screens.bridge.target.add_group(EVIL)
    group = next(each for each in screens.bridge.target.groups() if each.name == EVIL)

    digest = DIGEST.search(screens.get(f"/managed/{group.id}"))[1]
    answer = screens.send("/managed/changes/save", managed=group.id, digest=digest)
    page = screens.get(answer.headers["Location"])

    assert faults(page) == []
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(("typed", "status"), [(EVIL.replace(" ", "/"), 200), (EVIL, 400)])
def test_what_is_typed_is_shown_as_text(tmp_path: Path, typed: str, status: int):
    """Where it is asked about, and where it is wrong."""
    screens = make_screens(tmp_path, source="Google Workspace")
    digest = screens.desk.selection().digest

    answer = screens.send("/workspace/choice", groups=typed, digest=digest)

    assert (answer.status_code, faults(answer.text)) == (status, [])
    assert "&lt;script&gt;alert(1)" in answer.text


def test_a_link_is_shown_as_text_whatever_the_state(tmp_path: Path):
    screens = make_screens(tmp_path, wait=0)
    user = Ref("User", screens.bridge.post_user()["id"])
    for link in (Link(target_state=EVIL), Link(last_error=EVIL), Link(target_id=EVIL), Link(waiting=EVIL)):
        screens.bridge.store.save_link(user, link, None, None)

        assert faults(screens.get(f"/people/{user.id}")) == []
        assert faults(screens.get("/people")) == []


def test_the_files_of_a_page_load_nothing_from_elsewhere():
    for path in (Path(__file__).parent.parent.parent / "scim/admin/static").iterdir():
        text = path.read_text()

        assert "http" not in text.replace("http://www.w3.org/2000/svg", ""), path
        assert not any(word in text for word in ("innerHTML", "eval(", "@import", "url(", "document.write")), path
        assert set(text) <= set(string.printable)
