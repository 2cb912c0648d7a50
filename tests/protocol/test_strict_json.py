import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.protocol import strict_json
from scim.protocol.errors import InvalidSyntax

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    lambda children: st.lists(children) | st.dictionaries(st.text("abcde", max_size=3), children),
    max_leaves=20,
)  # fmt: skip

REFUSED = {
    "not-utf-8": b'{"a": "\xff"}',
    "utf-8-surrogate": b'{"a": "\xed\xa0\x80"}',
    "overlong-utf-8": b'{"a": "\xc0\xaf"}',
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "byte-order-mark": b'\xef\xbb\xbf{"a": 1}',
    "empty": b"",
    "cut-off": b'{"a": ',
    "trailing-comma": b'{"a": 1,}',
    "two-values": b"{} {}",
    "single-quotes": b"{'a': 1}",
    "comment": b"{} // no",
    "duplicate-name": b'{"active": true, "active": false}',
    "duplicate-name-in-another-case": b'{"active": true, "Active": false}',
    "duplicate-name-nested": b'[{"name": {"givenName": "a", "GIVENNAME": "b"}}]',
    "duplicate-name-by-escape": b'{"active": true, "\\u0061ctive": false}',
    "nan": b'{"a": NaN}',
    "infinity": b"[Infinity]",
    "minus-infinity": b"[-Infinity]",
    "number-too-large": b"[1e400]",
    "number-too-small": b"[-1e400]",
    "integer-of-20-digits": b"[12345678901234567890]",
    "integer-of-5000-digits": b"[" + b"9" * 5000 + b"]",
    "raw-nul": b'["\x00"]',
    "raw-newline": b'["\n"]',
    "raw-escape": b'["\x1b"]',
    "escaped-nul": b'["\\u0000"]',
    "escaped-nul-in-a-name": b'{"a\\u0000": 1}',
    "escaped-unit-separator": b'["\\u001F"]',
    "escaped-backspace": b'["\\b"]',
    "escaped-form-feed": b'["\\f"]',
    "lone-high-surrogate": b'["\\ud83d"]',
    "lone-high-surrogate-before-text": b'["\\uD83Dabc"]',
    "lone-low-surrogate": b'["\\uDE00"]',
    "surrogates-in-wrong-order": b'["\\ude00\\ud83d"]',
    "low-surrogate-after-escaped-backslash": b'["\\\\ud83d\\ude00"]',
    "high-surrogate-twice": b'["\\ud83d\\ud83d\\ude00"]',
    "brackets-5000-deep": b"[" * 5000,
    "objects-100000-deep": b'{"a":' * 100_000,
    "65-deep": b"[" * 65 + b"]" * 65,
    "65-deep-in-objects": b'{"a":' * 65 + b"1" + b"}" * 65,
}

ACCEPTED = {
    "null": (b"null", None),
    "64-deep": (b'{"a":' * 63 + b"[]" + b"}" * 63, None),
    "tab-newline-return": (b'["\\t\\n\\r\\u0009\\u000a\\u000D"]', ["\t\n\r\t\n\r"]),
    "surrogate-pair": (b'["\\uD83d\\uDe00"]', ["😀"]),
    "surrogate-pair-after-backslashes": (b'["\\\\\\\\\\ud83d\\ude00"]', ["\\\\😀"]),
    "text-that-looks-like-an-escape": (b'["\\\\u0000 \\\\ud83d \\\\b"]', ["\\u0000 \\ud83d \\b"]),
    "other-escapes": (b'["\\"\\\\\\/\\u00e9\\u0020\\uffff"]', ['"\\/é \uffff']),
    "fraction-and-exponent": (b"[1.5, 1e3, -0]", [1.5, 1000.0, 0]),
    "integer-of-19-digits": (b"[-9223372036854775808]", [-(2**63)]),
    "the-same-name-in-two-objects": (b'[{"a": 1}, {"A": 2}]', [{"a": 1}, {"A": 2}]),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_ambiguous_json_is_refused(data):
    with pytest.raises(InvalidSyntax) as refusal:
        strict_json.loads(data)

    assert refusal.value.detail.endswith(".")
    assert len(refusal.value.detail) < 200


@pytest.mark.parametrize(("data", "value"), ACCEPTED.values(), ids=ACCEPTED)
def test_unambiguous_json_is_read(data, value):
    assert strict_json.loads(data) == (value if value is not None else json.loads(data))


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b'{"a": "b\\n\\u0000"}', "The body holds \\u0000 at character 11: "),
        (b'["\\bcde"]', "The body holds \\b at character 3: "),
        (b'["\xff"]', "The body is not UTF-8: byte 3 is wrong."),
        (b'{"a" 1}', "The body is not JSON: Expecting ':' delimiter at line 1, column 6."),
        (b'{"active": 1, "ACTIVE": 2}', "The body names 'active' twice in one object"),
    ],
    ids=["escape", "short-escape", "byte", "syntax", "name"],
)
def test_a_fault_is_located(data, detail):
    with pytest.raises(InvalidSyntax) as refusal:
        strict_json.loads(data)

    assert refusal.value.detail.startswith(detail)


def test_a_wide_body_is_not_taken_for_a_deep_one():
    data = json.dumps({"members": [{"value": str(number)} for number in range(1000)]}).encode()

    assert len(strict_json.loads(data)["members"]) == 1000


def test_dumps_is_compact_utf_8():
    assert strict_json.dumps({"displayName": "Zoë", "active": True}) == '{"displayName":"Zoë","active":true}'.encode()


@given(JSON)
def test_what_is_dumped_is_read_back(value):
    assert strict_json.loads(strict_json.dumps(value)) == value


@given(JSON)
def test_what_the_standard_library_writes_is_read_back(value):
    assert strict_json.loads(json.dumps(value).encode()) == value


@given(st.binary(max_size=60) | st.text('{}[]"\\ud8000:,1eE+-.ntf ').map(str.encode))
def test_any_bytes_give_a_value_or_invalid_syntax(data):
    try:
        value = strict_json.loads(data)
    except InvalidSyntax:
        return

    assert value == json.loads(data)
