import pytest

from scim.protocol.errors import InvalidFilter
from scim.protocol.filter import And, Comparison, Not, Or, Present, ValuePath, equalities, parse
from scim.protocol.path import AttributePath

TITLE, NAME, TYPE, VALUE = (AttributePath(name) for name in ("title", "userName", "type", "value"))
A, B, C = (Present(AttributePath(name)) for name in "abc")
WORK = Comparison(TYPE, "eq", "work")

TREES = {
    "pr": ("title pr", Present(TITLE)),
    "keywords-ignore-case": ("NOT (a PR) And b Pr oR c pR", Or((And((Not(A), B)), C))),
    "operator-ignores-case": ('title EQ "x"', Comparison(TITLE, "eq", "x")),
    "and-binds-tighter-than-or": ("a pr or b pr and c pr", Or((A, And((B, C))))),
    "and-binds-tighter-than-or-on-the-left": ("a pr and b pr or c pr", Or((And((A, B)), C))),
    "not-binds-tighter-than-and": ("not (a pr) and b pr", And((Not(A), B))),
    "grouping-binds-tightest": ("(a pr or b pr) and c pr", And((Or((A, B)), C))),
    "chains-do-not-nest": ("a pr and b pr and c pr", And((A, B, C))),
    "grouping-keeps-its-tree": ("a pr and (b pr and c pr)", And((A, And((B, C))))),
    "superfluous-parentheses": ("((a pr))", A),
    "not-without-space": ("not(a pr)", Not(A)),
    "parentheses-need-no-spaces": ("(a pr)and(b pr)", And((A, B))),
    "spaces-around": ("  a   pr\t ", A),
    "value-path": ('emails[type eq "work"]', ValuePath(AttributePath("emails"), WORK)),
    "value-path-with-compound-filter": (
        'emails[type eq "work" and not (value co "x")]',
        ValuePath(AttributePath("emails"), And((WORK, Not(Comparison(VALUE, "co", "x"))))),
    ),
    "value-path-then-comparison-is-one-value": (
        'emails[type eq "work"].value eq "x"',
        ValuePath(AttributePath("emails"), And((WORK, Comparison(VALUE, "eq", "x")))),
    ),
    "compound-value-path-then-comparison": (
        'emails[a pr and b pr].value eq "x"',
        ValuePath(AttributePath("emails"), And((A, B, Comparison(VALUE, "eq", "x")))),
    ),
    "value-path-then-pr": (
        "emails[a pr or b pr].value pr",
        ValuePath(AttributePath("emails"), And((Or((A, B)), Present(VALUE)))),
    ),
    "urn-with-dots-and-colons": (
        'urn:ietf:params:scim:schemas:core:2.0:User:name.familyName sw "J"',
        Comparison(AttributePath("name", "familyName", "urn:ietf:params:scim:schemas:core:2.0:User"), "sw", "J"),
    ),
}

LITERALS = {
    "string": ('"bjensen"', "bjensen"),
    "empty-string": ('""', ""),
    "escaped-quote": (r'"a\"b"', 'a"b'),
    "escaped-backslash-last": (r'"a\\"', "a\\"),
    "escaped-character": (r'"caf\u00e9"', "café"),
    "escaped-pair": (r'"\ud83d\ude00"', "😀"),
    "brackets-and-keywords-in-a-string": ('") and [ or ("', ") and [ or ("),
    "not-ascii": ('"Zoë"', "Zoë"),
    "true": ("true", True),
    "false-in-another-case": ("False", False),
    "null": ("null", None),
    "integer": ("701984", 701984),
    "negative": ("-0.5", -0.5),
    "exponent": ("12e2", 1200.0),
}

FAULTS = {
    "empty": "",
    "blank": "   ",
    "attribute-alone": "title",
    "value-missing": "title eq",
    "unquoted-value": "title eq Manager",
    "single-quotes": "title eq 'Manager'",
    "unknown-operator": 'title is "x"',
    "operator-of-another-language": 'title == "x"',
    "pr-with-a-value": 'title pr "x"',
    "not-without-parentheses": "not title pr",
    "and-without-right-side": "title pr and",
    "or-without-left-side": "or title pr",
    "keyword-as-attribute": 'title pr and and eq "x"',
    "two-comparisons-without-keyword": "title pr userName pr",
    "trailing-junk": 'title eq "x" )',
    "parenthesis-never-closed": "(title pr",
    "parenthesis-never-opened": "title pr)",
    "empty-parentheses": "()",
    "brackets-never-closed": 'emails[type eq "work"',
    "brackets-closed-by-parenthesis": 'emails[type eq "work")',
    "brackets-alone": "[type pr]",
    "empty-brackets": "emails[]",
    "brackets-inside-brackets": "emails[type[value pr]]",
    "brackets-inside-grouped-brackets": "emails[(type[value pr])]",
    "brackets-after-a-sub-attribute": "name.familyName[value pr]",
    "brackets-then-nothing-to-compare": "emails[type pr].value",
    "brackets-then-a-bare-name": 'emails[type pr]value eq "x"',
    "bad-attribute": 'user!name eq "x"',
    "three-parts": 'a.b.c eq "x"',
    "urn-alone": "urn:ietf:params:scim:schemas:core:2.0:User pr",
    "quote-never-closed": 'title eq "x',
    "quote-closed-by-an-escape": r'title eq "x\"',
    "bad-escape": r'title eq "\x41"',
    "short-escape": r'title eq "\u00e"',
    "raw-control-character": 'title eq "a\nb"',
    "lone-surrogate-escaped": r'title eq "\ud800"',
    "lone-surrogate-raw": 'title eq "\ud800"',
    "leading-zero": "age eq 007",
    "plus-sign": "age eq +1",
    "hexadecimal": "age eq 0x10",
    "not-a-number": "age eq NaN",
    "infinite": "age eq 1e400",
    "integer-beyond-every-float": "age eq " + "9" * 400,
    "other-digits": "age eq \u0661",
    "array": 'title eq ["x"]',
    "object": "title eq {}",
    "attribute-compared-with-attribute": "title eq userName",
    "newline-between-words": "title\npr",
    "no-break-space": "title\u00a0pr",
}


@pytest.mark.parametrize(("text", "tree"), TREES.values(), ids=TREES)
def test_filter_is_read_by_the_grammar(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(("literal", "value"), LITERALS.values(), ids=LITERALS)
def test_compared_value_is_json(literal, value):
    parsed = parse(f"title eq {literal}").value

    assert (type(parsed), parsed) == (type(value), value)


@pytest.mark.parametrize("text", FAULTS.values(), ids=FAULTS)
def test_what_the_grammar_does_not_have_is_invalid_filter(text):
    with pytest.raises(InvalidFilter):
        parse(text)


@pytest.mark.parametrize("operator", ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])
def test_every_operator_of_the_grammar_is_known(operator):
    assert parse(f'title {operator} "x"') == Comparison(TITLE, operator, "x")


def test_filter_of_4096_bytes_is_read_and_one_more_byte_is_refused():
    longest = 'title eq "' + "é" * 2042 + 'x"'

    tree = parse(longest)

    assert tree.operator == "eq"
    with pytest.raises(InvalidFilter, match="4097 bytes"):
        parse(longest + " ")


@pytest.mark.parametrize(("opening", "closing"), [("(", ")"), ("not (", ")")])
def test_32_levels_are_read_and_33_are_refused(opening, closing):
    parse(opening * 32 + "a pr" + closing * 32)

    with pytest.raises(InvalidFilter, match="32 levels"):
        parse(opening * 33 + "a pr" + closing * 33)


def test_brackets_count_as_a_level():
    parse("(" * 31 + "a[b pr]" + ")" * 31)

    with pytest.raises(InvalidFilter, match="32 levels"):
        parse("(" * 32 + "a[b pr]" + ")" * 32)


def test_levels_are_counted_in_depth_not_in_number():
    tree = parse(" and ".join(["(a[b pr])"] * 64))

    assert len(tree.terms) == 64


@pytest.mark.parametrize("keyword", [" and ", " or "])
def test_64_comparisons_are_read_and_65_are_refused(keyword):
    parse(keyword.join(["a pr"] * 64))

    with pytest.raises(InvalidFilter, match="64 comparisons"):
        parse(keyword.join(["a pr"] * 65))


def test_error_never_echoes_the_compared_value():
    with pytest.raises(InvalidFilter) as caught:
        parse('userName eq "secret@example.com" junk')

    assert "secret" not in caught.value.detail


def test_error_tells_where_the_fault_is():
    with pytest.raises(InvalidFilter, match="character 10"):
        parse("title eq Manager")


EQUALITIES = {
    "comparison": ('userName eq "bjensen"', ((NAME, "bjensen"),)),
    "and": ('userName eq "a" and title pr and active eq true', ((NAME, "a"), (AttributePath("active"), True))),
    "nested-and": ('(userName eq "a" and (title eq "b"))', ((NAME, "a"), (TITLE, "b"))),
    "value-path": (
        'emails[type eq "work" and value eq "x"]',
        ((AttributePath("emails", "type"), "work"), (AttributePath("emails", "value"), "x")),
    ),
    "value-path-then-comparison": (
        'emails[type pr].value eq "x"',
        ((AttributePath("emails", "value"), "x"),),
    ),
    "value-path-of-an-extension": (
        'urn:example:custom:2.0:User:badges[code eq "x"]',
        ((AttributePath("badges", "code", "urn:example:custom:2.0:User"), "x"),),
    ),
    "or-pins-nothing": ('userName eq "a" or userName eq "b"', ()),
    "not-pins-nothing": ('not (userName eq "a")', ()),
    "other-operators-pin-nothing": ('userName ne "a" and title co "b" and id pr', ()),
    "or-inside-and": ('title eq "b" and (userName eq "a" or id pr)', ((TITLE, "b"),)),
    "absence-pins-nothing": ('title eq null and userName eq ""', ()),
    "dotted-name-in-brackets-pins-nothing": ('emails[value.x eq "a"]', ()),
}


@pytest.mark.parametrize(("text", "expected"), EQUALITIES.values(), ids=EQUALITIES)
def test_equalities_are_what_every_match_must_satisfy(text, expected):
    assert equalities(parse(text)) == expected
