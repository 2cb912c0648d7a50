"""Every screen, by a name, with the address of an example that has something to show."""

from collections.abc import Mapping

from scim import tokens
from scim.secrets.local import LocalSecrets
from tests.browser.population import Population
from tests.browser.running import Running

NAMES = (
    "overview", "people", "people-refused", "people-search", "people-nobody", "person", "person-looked",
    "person-refused", "person-waiting", "person-held", "groups", "group", "group-looked", "group-held",
    "group-refused", "managed", "manage", "unmanage", "holds", "hold", "hold-approve", "hold-discard", "drift",
    "activity", "activity-filtered", "event", "connections", "connection", "connection-waiting", "connect", "rotate",
    "revoke", "workspace", "workspace-choice", "workspace-groups", "settings", "nothing-here",
)  # fmt: skip


def addresses(bridge: Running, population: Population) -> Mapping[str, str]:
    """By the names above; paths below the admin page's root."""
    people, groups = population.people, population.groups
    token = next(each for each in _tokens(bridge) if each.client == "okta")
    managed = next(each.link.target_id for each in bridge.store.page("Group", 0, 1))
    event = bridge.store.events(1)[0].id
    found = {
        "overview": "/",
        "people": "/people",
        "people-refused": "/people?standing=refused",
        "people-search": "/people?q=barbara",
        "people-nobody": "/people?q=nobody-of-this-name",
        "person": f"/people/{people['active'][0]}",
        "person-looked": f"/people/{people['renamed'][0]}?look=1",
        "person-refused": f"/people/{people['refused'][0]}",
        "person-waiting": f"/people/{people['waiting'][0]}",
        "person-held": f"/people/{people['held'][0]}",
        "groups": "/groups",
        "group": f"/groups/{groups[0]}",
        "group-looked": f"/groups/{groups[0]}?look=1",
        "group-held": f"/groups/{population.held_group}",
        "group-refused": f"/groups/{population.refused_group}",
        "managed": "/managed",
        "manage": f"/managed/{population.foreign['Contractors']}",
        "unmanage": f"/managed/{managed}",
        "holds": "/holds",
        "hold": "/holds/people",
        "hold-approve": "/holds/people?decision=approve",
        "hold-discard": "/holds/people?decision=discard",
        "drift": "/drift",
        "activity": "/activity",
        "activity-filtered": "/activity?action=user.invited",
        "event": f"/activity/{event}",
        "connections": "/connections",
        "connection": f"/connections/{token.id}",
        "connection-waiting": f"/connections/{token.id}?watch=1",
        "connect": "/connections/new",
        "rotate": f"/connections/{token.id}/rotate",
        "revoke": f"/connections/{token.id}/revoke",
        "workspace": "/workspace",
        "workspace-choice": "/workspace/choice",
        "workspace-groups": "/workspace/groups",
        "settings": "/settings",
        "nothing-here": "/people/nobody",
    }
    assert tuple(found) == NAMES
    return found


def _tokens(bridge: Running) -> list[tokens.TokenRecord]:
    return tokens.read(LocalSecrets(bridge.state / "secrets"), "tokens")
