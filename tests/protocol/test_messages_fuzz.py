"""Whatever a client sends, the protocol answers with a ScimError or not at all (threats B9, D1, D6, F2)."""

import copy
import json
import random

import pytest

from scim.protocol import messages, patch, resources, strict_json
from scim.protocol.definitions import ENTERPRISE_SCHEMA, GROUP, GROUP_SCHEMA, USER, USER_SCHEMA
from scim.protocol.errors import ScimError

CORE, ENTERPRISE, GROUP_URN = USER_SCHEMA.id, ENTERPRISE_SCHEMA.id, GROUP_SCHEMA.id
ROUNDS = 10_000  # of each of five kinds

BARBARA = {
    "userName": "bjensen@example.com",
    "active": True,
    "name": {"givenName": "Barbara", "familyName": "Jensen"},
    "emails": [{"type": "work", "value": "bjensen@example.com", "primary": True}, {"value": "babs@jensen.org"}],
    ENTERPRISE: {"department": "Tours", "manager": {"value": "26118915"}},
}
USER_BODY = {
    "schemas": [CORE, ENTERPRISE],
    "externalId": "701984",
    "password": "t1meMa$heen",
    "groups": [],
    "x509Certificates": [{"value": "aGk="}],
    **BARBARA,
}
GROUP_BODY = {"schemas": [GROUP_URN], "displayName": "Tour Guides", "members": [{"value": "a", "$ref": None}]}
USER_PATCH = {
    "schemas": [messages.PATCH_OP],
    "Operations": [
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "add", "path": 'emails[type eq "work" and primary eq true].value', "value": "b@example.com"},
        {"op": "replace", "path": 'phoneNumbers[type eq "mobile"].value', "value": [{"value": "555"}]},
        {"op": "remove", "path": f"{ENTERPRISE}:manager.value"},
        {"op": "replace", "path": ENTERPRISE, "value": {"department": "Parks"}},
        {"op": "add", "value": {"name.givenName": "Babs", ENTERPRISE: {"division": "x"}, "emails": [{"value": "c"}]}},
        {"op": "remove", "path": "emails", "value": [{"value": "c"}]},
    ],
}
GROUP_PATCH = {
    "schemas": [messages.PATCH_OP],
    "Operations": [
        {"op": "add", "path": "members", "value": [{"value": "a"}, {"value": "b"}]},
        {"op": "remove", "path": 'members[value eq "a" or value eq "b"]'},
        {"op": "replace", "value": {"displayName": "Guides", "id": "x", "members": ["a"]}},
        {"op": "remove", "path": "members"},
    ],
}
JUNK = [
    None, True, False, 0, -1, 1.5, 10**18, "", " ", "x", "True", "0", "é😀", "\t\n", "a" * 5000, "emails", "members",
    "schemas", "password", "id", "meta", "groups", "name", "manager", "externalId", "value", "primary", "$ref",
    "emails[0]", "emails[type eq]", 'emails[type eq "x"]', "emails[not (type pr)].value", "emails[type eq null].type",
    "emails.value", "name.x", "..", "a.b.c", "[", "]", "urn:", CORE, ENTERPRISE, GROUP_URN, f"{CORE}:", "urn:x:y:z",
    f"{ENTERPRISE}:manager", f"{ENTERPRISE}:manager.displayName", f"{CORE}:members", "__class__", "__proto__",
    'roles[primary eq "True"].value', "-", "~1", "/", [], {}, [[]], [None], [{}], {"value": None}, {"value": {}},
    [{"value": "x", "primary": True}, {"value": "y", "primary": "true"}], {"Value": "x"}, {"members": None},
    {"schemas": []}, {"": ""}, {CORE: None}, {ENTERPRISE: []}, {"emails[": 1}, {'emails[type eq "x"].value': "x"},
]  # fmt: skip


def places(value, at=()):
    """Every place in a document, as the keys that lead there."""
    yield at
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*at, key))


def junk(dice):
    return copy.deepcopy(dice.choice(JUNK))


def mutate(document, dice):
    """One value replaced, taken away, repeated or renamed."""
    *way, last = dice.choice([place for place in places(document) if place])
    holder = document
    for key in way:
        holder = holder[key]
    match dice.randrange(6):
        case 0:
            del holder[last]
        case 1 if isinstance(holder, dict):
            holder[str(junk(dice))] = holder.pop(last)
        case 2 if isinstance(holder, dict):
            holder[dice.choice([last.upper(), last.lower(), last + " "])] = holder.pop(last)
        case 3 if isinstance(holder, list):
            holder.append(copy.deepcopy(holder[last]))
        case 4 if isinstance(holder, dict):
            holder[str(junk(dice))] = junk(dice)
        case _:
            holder[last] = junk(dice)
    return document


def read_user(data):
    resources.read(USER, strict_json.loads(data))


def read_group(data):
    resources.read(GROUP, strict_json.loads(data))


def patch_user(data):
    patch.apply(USER, BARBARA, "701984", messages.parse_patch(strict_json.loads(data)))


def patch_group(data):
    operations = messages.parse_patch(strict_json.loads(data))
    patch.membership(GROUP, operations)
    patch.apply(GROUP, {"displayName": "Tour Guides"}, None, operations)


def refusal_of(handle, data):
    """Any other exception is the failure that is looked for."""
    try:
        handle(data)
    except ScimError as refusal:
        return refusal
    return None


@pytest.mark.parametrize(
    ("seed", "handle"),
    [(USER_BODY, read_user), (GROUP_BODY, read_group), (USER_PATCH, patch_user), (GROUP_PATCH, patch_group)],
    ids=["user", "group", "user-patch", "group-patch"],
)
def test_a_mutated_body_is_handled_or_refused(seed, handle):
    dice = random.Random(7644)
    before = copy.deepcopy(BARBARA)
    refusals = []

    for _ in range(ROUNDS):
        body = copy.deepcopy(seed)
        for _ in range(dice.randrange(1, 4)):
            body = mutate(body, dice) if body else body
        refusals.append(refusal_of(handle, json.dumps(body).encode()))

    refused = [refusal for refusal in refusals if refusal]
    assert 0 < len(refused) < ROUNDS
    assert {refusal.status for refusal in refused} == {400}
    assert max(len(refusal.detail) for refusal in refused) < 300
    assert not any("t1meMa$heen" in refusal.detail for refusal in refused)
    assert before == BARBARA


def test_mutated_bytes_are_handled_or_refused():
    dice = random.Random(8259)
    whole = json.dumps(USER_PATCH).encode()
    refusals = []

    for _ in range(ROUNDS):
        data = bytearray(whole)
        for _ in range(dice.randrange(1, 5)):
            data[dice.randrange(len(data))] = dice.choice(b'{}[]",:\\u0dD8\x00\xff\x80 eE+-.9tnN')
        refusals.append(refusal_of(patch_user, bytes(data)))

    assert {refusal.status for refusal in refusals if refusal} == {400}
