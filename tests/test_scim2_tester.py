"""Two independent readings of the RFCs: the registry's scim2-tester, and scim2-client going through a life-cycle."""

from collections.abc import Iterator

import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import (
    Email,
    EnterpriseUser,
    Group,
    GroupMember,
    PatchOp,
    PatchOperation,
    ResourceType,
    ScimProvider,
    SearchRequest,
    User,
)
from scim2_tester import check_server

from tests.bridge import Bridge
from tests.test_exchanges import served


def published(http: httpx2.Client) -> SyncSCIMClient:
    """What the bridge says of itself."""
    client = SyncSCIMClient(http)
    client.discover()
    return client


def standard(http: httpx2.Client) -> SyncSCIMClient:
    """What the RFCs say, and the bridge's own configuration."""
    types = [ResourceType.from_resource(User[EnterpriseUser]), ResourceType.from_resource(Group)]
    config = published(http).provider.config
    return SyncSCIMClient(http, provider=ScimProvider([User, EnterpriseUser, Group], types, config))


@pytest.fixture
def http(bridge: Bridge) -> Iterator[httpx2.Client]:
    with (
        served(bridge.http.application) as base_url,
        httpx2.Client(base_url=base_url, headers={"Authorization": f"Bearer {bridge.tokens['rfc']}"}) as client,
    ):
        yield client


@pytest.mark.parametrize("models", [published, standard])
def test_scim2_tester_finds_nothing_to_object_to(http: httpx2.Client, models) -> None:
    results = check_server(models(http))

    found = [f"{result.status.name} {result.title}: {result.reason}" for result in results]
    assert [line for line in found if not line.startswith(("SUCCESS", "COMPLIANT"))] == []
    assert len(found) > 100


def test_an_independent_client_goes_through_a_life_cycle(bridge: Bridge, http: httpx2.Client) -> None:
    client = standard(http)
    user_model, group_model = User[EnterpriseUser], Group
    user = user_model(user_name="bjensen@example.com", emails=[Email(value="babs@example.com", primary=True)])
    user[EnterpriseUser] = EnterpriseUser(department="Tours")

    created = client.create(user)
    group = client.create(group_model(display_name="Guides", members=[GroupMember(value=created.id)]))
    found = client.query(user_model, query_parameters=SearchRequest(filter='userName eq "BJENSEN@example.com"'))
    known = client.query(user_model, created.id)  # a membership changes the version of the user too
    known.title = "Guide"
    replaced = client.replace(known)
    rename = PatchOp[user_model](
        operations=[PatchOperation(op=PatchOperation.Op.replace_, path="displayName", value="Babs Jensen")]
    )
    patched = client.modify(user_model, replaced.id, rename)
    read = client.query(group_model, group.id)
    client.delete(user_model, created.id)

    assert [each.id for each in found.resources] == [created.id]
    assert created[EnterpriseUser].department == "Tours"
    assert (replaced.title, patched.display_name) == ("Guide", "Babs Jensen")
    assert [member.value for member in read.members] == [created.id]
    assert client.query(user_model).total_results == 0
    assert bridge.target.find_user("babs@example.com").state == "suspended"
