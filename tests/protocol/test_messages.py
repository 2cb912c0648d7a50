import pytest

from scim.protocol.errors import InvalidSyntax, InvalidValue, NoTarget, PayloadTooLarge
from scim.protocol.messages import (
    BULK_REQUEST,
    MISSING,
    PATCH_OP,
    SEARCH_REQUEST,
    BulkOperation,
    BulkRequest,
    Operation,
    SearchRequest,
    parse_bulk,
    parse_patch,
    parse_search,
)


def patch(*operations, **others):
    return {"schemas": [PATCH_OP], "Operations": list(operations)} | others


def bulk(*operations, **others):
    return {"schemas": [BULK_REQUEST], "Operations": list(operations)} | others


def search(**parameters):
    return {"schemas": [SEARCH_REQUEST]} | parameters


REPLACE = {"op": "replace", "path": "active", "value": False}
POST = {"method": "POST", "path": "/Users", "bulkId": "q", "data": {"userName": "b"}}

# ── PATCH (RFC 7644 §3.5.2) ───────────────────────────────────────────────────────────────────────────────────

NO_PATCH = {
    "not-an-object": ([], "The body must be a JSON object."),
    "null": (None, "The body must be a JSON object."),
    "no-schemas": ({"Operations": [REPLACE]}, 'The body must have "schemas"'),
    "other-schemas": (patch(REPLACE, schemas=[BULK_REQUEST, 1, {}]), 'The body must have "schemas"'),
    "schemas-as-string": (patch(REPLACE, schemas=PATCH_OP), 'The body must have "schemas"'),
    "no-operations": ({"schemas": [PATCH_OP]}, "Operations is required."),
    "null-operations": (patch(Operations=None), "Operations must be an array."),
    "object-operations": (patch(Operations=REPLACE), "Operations must be an array."),
    "empty-operations": (patch(), "Operations must not be empty."),
    "operation-as-string": (patch("replace"), "Operations[0] must be an object."),
    "no-op": (patch(REPLACE, {"path": "title", "value": "x"}), "Operations[1].op is required."),
    "unknown-op": (patch({"op": "move", "path": "title"}), "Operations[0].op must be 'add', 'remove' or 'replace'."),
    "op-as-number": (patch({"op": 1}), "Operations[0].op must be 'add', 'remove' or 'replace'."),
    "path-as-number": (patch({"op": "remove", "path": 1}), "Operations[0].path must be a string."),
}


@pytest.mark.parametrize(("body", "detail"), NO_PATCH.values(), ids=NO_PATCH)
def test_what_is_no_patch_is_invalid_syntax(body, detail):
    with pytest.raises(InvalidSyntax) as refusal:
        parse_patch(body)

    assert refusal.value.detail.startswith(detail)


def test_operations_are_read_in_order_and_names_in_any_case():
    body = {
        "SCHEMAS": [PATCH_OP.upper(), "urn:example:other"],
        "operations": [{"Op": "Add", "PATH": "title", "Value": None, "extra": 1}, {"op": "REMOVE", "path": "title"}],
    }

    operations = parse_patch(body)

    assert operations == (Operation("add", "title", None), Operation("remove", "title"))
    assert operations[1].value is MISSING


def test_a_null_path_is_no_path():
    assert parse_patch(patch({"op": "replace", "path": None, "value": {}})) == (Operation("replace", None, {}),)


def test_values_are_handed_on_untouched():
    value = {"Active": "False", "members": [{"$ref": None}]}

    assert parse_patch(patch({"op": "replace", "value": value}))[0].value is value


def test_remove_without_path_is_no_target():
    with pytest.raises(NoTarget, match=r"Operations\[1\] is a remove without a path"):
        parse_patch(patch(REPLACE, {"op": "remove", "value": [{"value": "x"}]}))


@pytest.mark.parametrize("op", ["add", "replace"])
def test_add_and_replace_need_a_value(op):
    with pytest.raises(InvalidValue, match=rf"Operations\[0\] has no value, which {op} needs"):
        parse_patch(patch({"op": op, "path": "title"}))


def test_operations_are_counted_before_they_are_read():
    with pytest.raises(PayloadTooLarge, match="3 operations; at most 2"):
        parse_patch(patch("x", "y", "z"), limit=2)


def test_as_many_operations_as_the_limit_are_read():
    assert len(parse_patch(patch(*[REPLACE] * 1000))) == 1000
    with pytest.raises(PayloadTooLarge):
        parse_patch(patch(*[REPLACE] * 1001))


# ── search (RFC 7644 §3.4.3) ──────────────────────────────────────────────────────────────────────────────────


def test_a_search_is_read_whole():
    body = search(
        attributes=["userName"], excludedAttributes=["emails"], FILTER='userName eq "b"', sortBy="userName",
        sortOrder="Descending", startIndex=1, count=0, cursor="", unknown=1,
    )  # fmt: skip

    assert parse_search(body) == SearchRequest(
        ("userName",), ("emails",), 'userName eq "b"', "userName", "Descending", 1, 0, ""
    )


def test_an_empty_search_leaves_everything_to_the_caller():
    assert parse_search(search(filter=None, attributes=None)) == SearchRequest()


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, 'The body must have "schemas"'),
        (search(count="5"), "count must be an integer."),
        (search(count=True), "count must be an integer."),
        (search(startIndex=1.5), "startIndex must be an integer."),
        (search(filter=1), "filter must be a string."),
        (search(attributes="userName"), "attributes must be an array."),
        (search(attributes=["userName", 1]), "attributes[1] must be a string."),
        (search(sortOrder=1), "sortOrder must be a string."),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_faulty_search_is_invalid_syntax(body, detail):
    with pytest.raises(InvalidSyntax) as refusal:
        parse_search(body)

    assert refusal.value.detail.startswith(detail)


# ── bulk (RFC 7644 §3.7) ──────────────────────────────────────────────────────────────────────────────────────


def test_a_bulk_is_read_whole():
    body = bulk(POST, {"method": "delete", "path": "/Users/1", "version": 'W/"2"'}, failOnErrors=1)

    assert parse_bulk(body) == BulkRequest(
        1,
        (
            BulkOperation("POST", "/Users", "q", None, {"userName": "b"}),
            BulkOperation("DELETE", "/Users/1", version='W/"2"'),
        ),
    )


def test_a_bulk_without_fail_on_errors_runs_to_its_end():
    assert parse_bulk(bulk(POST)).fail_on_errors is None


def test_a_bulk_id_given_twice_is_invalid_value():
    with pytest.raises(InvalidValue, match="bulkId 'q' stands on two operations"):
        parse_bulk(bulk(POST | {"bulkId": "p"}, POST, POST))


def test_bulk_operations_are_counted_before_they_are_read():
    with pytest.raises(PayloadTooLarge):
        parse_bulk(bulk(1, 2, 3), limit=2)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (bulk(), "Operations must not be empty."),
        (bulk({"method": "GET", "path": "/Users"}), "Operations[0].method must be 'POST', 'PUT', 'PATCH' or 'DELETE'."),
        (bulk({"method": 1, "path": "/Users"}), "Operations[0].method must be 'POST', 'PUT', 'PATCH' or 'DELETE'."),
        (bulk({"method": "DELETE"}), "Operations[0].path is required."),
        (bulk(POST | {"bulkId": None}), "Operations[0] is a POST without a bulkId."),
        (bulk(POST | {"data": None}), "Operations[0] is a POST without data."),
        (bulk(POST | {"data": []}), "Operations[0].data must be an object."),
        (bulk({"method": "PUT", "path": "/Users/1"}), "Operations[0] is a PUT without data."),
        (bulk(POST, failOnErrors="1"), "failOnErrors must be an integer."),
        (bulk(POST, failOnErrors=-1), "failOnErrors must be at least 0."),
    ],
    ids=lambda value: str(value)[-40:],
)
def test_a_faulty_bulk_is_invalid_syntax(body, detail):
    with pytest.raises(InvalidSyntax) as refusal:
        parse_bulk(body)

    assert refusal.value.detail.startswith(detail)
