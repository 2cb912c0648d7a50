"""What one operation does to a user (RFC 7644 §3.5.2). Numbers without a dot are those of the conformance list."""

import copy

import jsonpatch
import pytest

from scim.protocol import patch
from scim.protocol.definitions import USER
from tests.protocol.patches import (
    BARBARA,
    CORE,
    ENTERPRISE,
    GROUP_URN,
    HOME,
    MANAGER,
    NEW,
    WORK,
    add,
    barbara,
    enterprise,
    patched,
    remove,
    replace,
)  # fmt: skip

EFFECTS = {
    # add, RFC 7644 §3.5.2.1
    "3.5.2.1-add-what-is-missing": (add("title", "Guide"), barbara(title="Guide")),
    "3.5.2.1-add-replaces-a-single-value": (add("active", False), barbara(active=False)),
    "3.5.2.1-add-the-value-it-has": (add("active", True), BARBARA),
    "3.5.2.1-add-to-an-array": (add("emails", [NEW]), barbara(emails=[WORK, HOME, NEW])),
    "3.5.2.1-add-one-object-to-an-array": (add("emails", NEW),
                                           barbara(emails=[WORK, HOME, NEW])),
    "3.5.2.1-add-a-string-to-an-array": (add("emails", "b@x.org"), barbara(emails=[WORK, HOME, NEW])),
    "3.5.2.1-add-an-existing-element": (add("emails", [HOME]), BARBARA),
    "3.5.2.1-add-an-existing-element-not-primary": (add("emails", [HOME | {"primary": False}]), BARBARA),
    "3.5.2.1-add-an-existing-element-without-its-primary": (
        add("emails", [{"type": "work", "value": "bjensen@example.com"}]), BARBARA),
    "3.5.2.1-add-an-existing-element-as-primary": (
        add("emails", [HOME | {"primary": True}]),
        barbara(emails=[WORK | {"primary": False}, HOME | {"primary": True}])),
    "3.5.2.1-add-nothing-to-an-array": (add("emails", []), BARBARA),
    "3.5.2.1-add-null-to-an-array": (add("emails", None), BARBARA),
    "3.5.2.1-add-to-a-complex-attribute": (add("name", {"middleName": "Jane"}),
                                           barbara(name={**BARBARA["name"], "middleName": "Jane"})),
    "3.5.2.1-add-a-sub-attribute": (add("name.middleName", "Jane"),
                                    barbara(name={**BARBARA["name"], "middleName": "Jane"})),
    "3.5.2.1-add-a-missing-complex-attribute": (
        add("addresses", [{"type": "work", "locality": "Hollywood"}]),
        barbara(addresses=[{"type": "work", "locality": "Hollywood"}])),
    "3.5.2.1-add-to-the-matching-element": (add('emails[type eq "home"]', {"display": "private"}),
                                            barbara(emails=[WORK, HOME | {"display": "private"}])),
    "3.5.2.1-add-a-primary-by-filter": (
        add('emails[type eq "home"].primary', True),
        barbara(emails=[WORK | {"primary": False}, HOME | {"primary": True}])),
    "3.5.2.1-add-null-unassigns": (add("active", None), barbara(active=None)),
    # remove, §3.5.2.2
    "3.5.2.2-remove-a-single-value": (remove("active"), barbara(active=None)),
    "3.5.2.2-remove-ignores-the-value-of-a-single-attribute": (remove("active", "whatever"), barbara(active=None)),
    "3.5.2.2-remove-an-array": (remove("emails"), barbara(emails=None)),
    "3.5.2.2-remove-an-array-with-null": (remove("emails", None), barbara(emails=None)),
    "3.5.2.2-remove-by-filter": (remove('emails[type eq "home"]'), barbara(emails=[WORK])),
    "3.5.2.2-remove-by-filter-without-match": (remove('emails[type eq "fax"]'), BARBARA),
    "3.5.2.2-remove-by-filter-all": (remove("emails[value pr]"), barbara(emails=None)),
    "3.5.2.2-remove-a-sub-attribute-by-filter": (remove('emails[type eq "work"].primary'),
                                                 barbara(emails=[{k: WORK[k] for k in ("type", "value")}, HOME])),
    "3.5.2.2-remove-a-sub-attribute-of-every-element": (
        remove("emails.type"), barbara(emails=[{k: WORK[k] for k in ("value", "primary")}, {"value": HOME["value"]}])),
    "3.5.2.2-remove-a-complex-attribute": (remove("name"), barbara(name=None)),
    "3.5.2.2-remove-a-sub-attribute": (remove("name.givenName"), barbara(name={"familyName": "Jensen"})),
    "3.5.2.2-remove-what-is-not-there": (remove("nickName"), BARBARA),
    "3.5.2.2-remove-a-sub-attribute-that-is-not-there": (remove("name.honorificPrefix"), BARBARA),
    "3.5.2.2-remove-from-an-array-that-is-not-there": (remove('phoneNumbers[type eq "fax"].value'), BARBARA),
    "identity-providers-remove-with-a-value-array": (
        remove("emails", [{"value": "babs@jensen.org"}]), barbara(emails=[WORK])),
    "identity-providers-remove-with-one-object": (remove("emails", {"type": "home"}), barbara(emails=[WORK])),
    "identity-providers-remove-with-all-the-values": (remove("emails", [HOME, WORK]), barbara(emails=None)),
    "identity-providers-remove-with-strange-values": (remove("emails", [HOME | {"display": "x"}]), BARBARA),
    "identity-providers-remove-with-no-values": (remove("emails", []), BARBARA),
    "identity-providers-remove-an-element-told-not-primary": (remove("emails", [HOME | {"primary": False}]),
                                                              barbara(emails=[WORK])),
    # replace, §3.5.2.3
    "3.5.2.3-replace": (replace("userName", "babs@example.com"), barbara(userName="babs@example.com")),
    "3.5.2.3-replace-what-is-missing": (replace("title", "Guide"), barbara(title="Guide")),
    "3.5.2.3-replace-an-array": (replace("emails", [NEW]), barbara(emails=[NEW])),
    "3.5.2.3-replace-an-array-by-one-object": (replace("emails", NEW), barbara(emails=[NEW])),
    "3.5.2.3-replace-an-array-by-an-empty-one": (replace("emails", []), barbara(emails=None)),
    "3.5.2.3-replace-an-array-by-null": (replace("emails", None), barbara(emails=None)),
    "3.5.2.3-replace-an-array-by-empty-values": (
        replace("emails", [{"type": "work", "value": ""}]), barbara(emails=None)),
    "3.5.2.3-replace-keeps-unspecified-sub-attributes": (
        replace("name", {"familyName": "Smith"}), barbara(name={"givenName": "Barbara", "familyName": "Smith"})),
    "3.5.2.3-replace-clears-sub-attributes-given-empty": (
        replace("name", {"FAMILYNAME": "", "givenName": "Babs"}), barbara(name={"givenName": "Babs"})),
    "3.5.2.3-replace-clears-every-sub-attribute": (
        replace("name", {"familyName": None, "givenName": ""}), barbara(name=None)),
    "3.5.2.3-replace-by-an-empty-object": (replace("name", {}), barbara(name=None)),
    "3.5.2.3-replace-a-sub-attribute": (replace("name.familyName", "Smith"),
                                        barbara(name={"givenName": "Barbara", "familyName": "Smith"})),
    "3.5.2.3-replace-the-matching-element": (
        replace('emails[type eq "work"]', NEW), barbara(emails=[WORK | NEW, HOME])),
    "3.5.2.3-replace-the-matching-element-by-nothing": (
        replace('emails[type eq "work"]', None), barbara(emails=[HOME])),
    "3.5.2.3-replace-the-matching-element-by-an-empty-value": (
        replace('emails[type eq "work"]', {"value": ""}), barbara(emails=[HOME])),
    "3.5.2.3-replace-a-sub-attribute-in-the-matching-element": (
        replace('emails[type eq "work"].value', "b@x.org"), barbara(emails=[WORK | NEW, HOME])),
    "3.5.2.3-replace-a-sub-attribute-in-all-matching-elements": (
        replace("emails[value pr].display", "B"), barbara(emails=[WORK | {"display": "B"}, HOME | {"display": "B"}])),
    "3.5.2.3-replace-a-sub-attribute-in-every-element": (
        replace("emails.display", "B"), barbara(emails=[WORK | {"display": "B"}, HOME | {"display": "B"}])),
    "3.5.2.3-elements-that-became-the-same-are-one": (
        replace("emails.value", "b@x.org"), barbara(emails=[WORK | NEW, HOME | NEW])),
    "3.5.2.3-replace-a-sub-attribute-by-nothing": (
        replace('emails[type eq "work"].value', ""), barbara(emails=[{"type": "work", "primary": True}, HOME])),
    "3.5.2-primary-moves": (
        replace('emails[type eq "home"].primary', "True"),
        barbara(emails=[WORK | {"primary": False}, HOME | {"primary": True}])),
    "3.5.2-primary-stays": (replace('emails[type eq "work"].primary', True), BARBARA),
    # elements created from the filter, facts 73 and identity_providers §0.5
    "73-add-creates-the-element": (
        add('phoneNumbers[type eq "mobile"].value', "555"), barbara(phoneNumbers=[{"type": "mobile", "value": "555"}])),
    "73-replace-creates-the-element": (
        replace('emails[type eq "other"].value', "b@x.org"),
        barbara(emails=[WORK, HOME, {"type": "other", "value": "b@x.org"}])),
    "73-and-describes-an-element": (
        add('emails[type eq "other" and primary eq true].value', "b@x.org"),
        barbara(emails=[WORK | {"primary": False}, HOME, {"type": "other", "primary": True, "value": "b@x.org"}])),
    "73-primary-as-a-string": (
        add('roles[primary eq "True"].value', "guide"), barbara(roles=[{"primary": True, "value": "guide"}])),
    "73-null-describes-what-is-absent": (
        add("emails[type eq null].value", "b@x.org"), barbara(emails=[WORK, HOME, NEW])),
    "73-add-creates-a-whole-element": (
        add('emails[type eq "other"]', NEW),
        barbara(emails=[WORK, HOME, {"type": "other", "value": "b@x.org"}])),
    "73-nothing-is-created-for-an-empty-value": (replace('emails[type eq "other"].value', ""), BARBARA),
    "73-nothing-is-created-for-an-empty-element": (add('emails[type eq "other"]', {"value": None}), BARBARA),
    "73-a-sub-attribute-of-an-array-that-is-not-there": (
        add("roles.value", "guide"), barbara(roles=[{"value": "guide"}])),
    # extensions, §3.10 and fact 74
    "74-add-by-urn": (add(f"{ENTERPRISE}:costCenter", "4130"), enterprise(costCenter="4130")),
    "74-add-by-urn-in-any-case": (add(f"{ENTERPRISE}:COSTCENTER".upper(), "4130"), enterprise(costCenter="4130")),
    "74-add-a-sub-attribute-by-urn": (
        replace(f"{ENTERPRISE}:manager.value", "1"), enterprise(manager={**MANAGER, "value": "1"})),
    "74-remove-by-urn": (remove(f"{ENTERPRISE}:manager"), enterprise(manager=None)),
    "74-remove-a-whole-extension": (remove(ENTERPRISE), barbara(**{ENTERPRISE: None})),
    "74-replace-a-whole-extension-by-null": (replace(ENTERPRISE.upper(), None), barbara(**{ENTERPRISE: None})),
    "74-replace-a-whole-extension-merges": (replace(ENTERPRISE, {"division": "Parks"}), enterprise(division="Parks")),
    "74-core-attribute-by-urn": (replace(f"{CORE}:Active", False), barbara(active=False)),
    "74-core-schema-by-urn": (replace(CORE, {"active": False}), barbara(active=False)),
    # without a path, facts 67 and identity_providers §0.6
    "67-plain-names": (replace(None, {"active": False, "title": "Guide"}), barbara(active=False, title="Guide")),
    "67-names-in-any-case": (replace(None, {"ACTIVE": False}), barbara(active=False)),
    "67-dotted-names": (
        replace(None, {"name.givenName": "Babs"}), barbara(name={"givenName": "Babs", "familyName": "Jensen"})),
    "67-objects-merge": (replace(None, {"name": {"givenName": "Babs"}}),
                         barbara(name={"givenName": "Babs", "familyName": "Jensen"})),
    "67-urn-names": (replace(None, {f"{ENTERPRISE}:department": "Parks"}), enterprise(department="Parks")),
    "67-extension-object-merges": (
        add(None, {ENTERPRISE: {"department": "Parks", "manager.value": "1", "other": 1}}),
        enterprise(department="Parks", manager={**MANAGER, "value": "1"})),
    "67-empty-extension-object": (replace(None, {ENTERPRISE: {}}), BARBARA),
    "67-core-object-merges": (add(None, {CORE: {"active": False}}), barbara(active=False)),
    "67-value-paths": (replace(None, {'emails[type eq "work"].value': "b@x.org"}),
                       barbara(emails=[WORK | NEW, HOME])),
    "67-add-appends": (add(None, {"emails": [NEW]}), barbara(emails=[WORK, HOME, NEW])),
    "67-replace-replaces": (replace(None, {"emails": [NEW]}), barbara(emails=[NEW])),
    "67-null-unassigns": (replace(None, {"active": None}), barbara(active=None)),
    "67-readonly-is-ignored": (
        replace(None, {"id": "x", "meta": {}, "schemas": [], "groups": [], "meta.version": "1",
                       f"{ENTERPRISE}:manager.displayName": "J"}), BARBARA),
    "67-unknown-is-ignored": (
        replace(None, {"department": "x", "__class__": 1, "a b": 2, "name.nick": 3, "urn:example:x": {"y": 1},
                       GROUP_URN: {"displayName": "x"}, "members": [1], "urn:": 1, "": 1}), BARBARA),
    "25-password-in-an-object": (replace(None, {"password": "t1meMa$heen"}), BARBARA),
    "25-password-by-path": (replace("password", "t1meMa$heen"), BARBARA),
    "25-password-removed": (remove(f"{CORE}:password"), BARBARA),
    "76-known-urns-are-in-use-anyway": (add("schemas", [ENTERPRISE.lower(), CORE]), BARBARA),
    "76-a-known-urn": (add("schemas", ENTERPRISE), BARBARA),
    # what identity providers send for single values
    "F6-boolean-as-string": (replace("active", "False"), barbara(active=False)),
    "scimgateway-117-array-of-a-string": (replace('emails[type eq "work"].value', ["b@x.org"]),
                                          barbara(emails=[WORK | NEW, HOME])),
    "scimgateway-117-array-of-a-value": (replace("title", [{"$ref": None, "Value": "Guide"}]), barbara(title="Guide")),
    "manager-as-string": (replace(f"{ENTERPRISE}:manager", "1"),
                          enterprise(manager={"value": "1"})),
    "manager-as-object-merges": (
        replace(f"{ENTERPRISE}:manager", {"value": "1"}), enterprise(manager={**MANAGER, "value": "1"})),
    "manager-as-array": (
        replace(f"{ENTERPRISE}:manager", [{"value": "1", "$ref": None}]), enterprise(manager={"value": "1"})),
    "manager-as-empty-string": (replace(f"{ENTERPRISE}:manager", ""), enterprise(manager=None)),
    "manager-with-empty-value": (replace(f"{ENTERPRISE}:manager", {"value": ""}), enterprise(manager=None)),
    "manager-as-null": (add(f"{ENTERPRISE}:manager", None), enterprise(manager=None)),
}  # fmt: skip


@pytest.mark.parametrize(("done", "after"), EFFECTS.values(), ids=EFFECTS)
def test_an_operation_on_a_user(done, after):
    assert patched(BARBARA, done) == after


@pytest.mark.parametrize(("done", "after"), EFFECTS.values(), ids=EFFECTS)
def test_steps_are_json_patch_that_leads_to_the_result(done, after):
    steps = patch.apply(USER, BARBARA, None, [done]).steps

    assert jsonpatch.apply_patch(BARBARA, list(steps)) == after
    assert bool(steps) is (after != BARBARA)


@pytest.mark.parametrize("done", [done for done, _ in EFFECTS.values()], ids=EFFECTS)
def test_an_operation_done_twice_is_done_once(done):
    once = patched(BARBARA, done)

    assert patched(once, done) == once


@pytest.mark.parametrize("done", [done for done, _ in EFFECTS.values()], ids=EFFECTS)
def test_the_document_given_is_never_altered(done):
    given = copy.deepcopy(BARBARA)

    patched(given, done, replace("name.givenName", "Babs"), remove("emails"))

    assert given == BARBARA
