"""How a SCIM user becomes a person: which address, which name, and keys no look-alike can share."""

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim import identity
from scim.protocol.errors import InvalidValue

HOME = {"value": "babs@example.org", "type": "home"}
WORK = {"value": "bjensen@example.com", "type": "Work"}
PRIMARY = {"value": "barbara@example.net", "primary": True}
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=identity.LONGEST_NAME)


@pytest.mark.parametrize(
    ("emails", "expected"),
    [
        pytest.param([HOME, WORK, PRIMARY], "barbara@example.net", id="the-primary"),
        pytest.param([HOME, WORK], "bjensen@example.com", id="else-the-first-for-work"),
        pytest.param([HOME, {"value": "b@example.com"}], "babs@example.org", id="else-the-first"),
        pytest.param([{"type": "work"}, HOME], "babs@example.org", id="a-value-there-has-to-be"),
        pytest.param([{**WORK, "primary": False}, HOME], "bjensen@example.com", id="not-primary-is-not-primary"),
        pytest.param([], "user@example.com", id="else-the-userName"),
    ],
)
def test_the_invitation_goes_to(emails: list[dict[str, Any]], expected: str):
    assert identity.address({"userName": "user@example.com", "emails": emails}) == expected


def test_an_address_keeps_its_local_part_and_has_its_domain_in_lower_case():
    assert identity.address({"userName": "B.Jensen+Tours@EXAMPLE.Com"}) == "B.Jensen+Tours@example.com"


def test_the_domain_of_an_address_stays_ascii():
    assert identity.address({"userName": "bjensen@XN--Bcher-KVA.example"}) == "bjensen@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "text",
    [
        "bjensen@",
        "@example.com",
        "bjensen@localhost",
        "bjensen@example.com\n",
        " bjensen@example.com",
        "bjensen@example.com\0",
        "Barbara <bjensen@example.com>",
        '"b j"@example.com',
        "bjensen@[192.0.2.1]",
        "a@b@example.com",
        "b..j@example.com",
        "m\u0131ke@example.com",  # GitHub 2016
        "ᴮᴵᴳᴮᴵᴿᴰ@example.com",  # Spotify 2013
        "bjensen@bücher.example",
        "\ud800@example.com",
        "b" * 250 + "@example.com",
    ],
)
@pytest.mark.parametrize("attribute", ["userName", "emails"])
def test_what_is_no_ascii_address_is_refused_naming_the_attribute(text: str, attribute: str):
    document = (
        {"userName": text} if attribute == "userName" else {"userName": "b@example.com", "emails": [{"value": text}]}
    )

    with pytest.raises(InvalidValue, match=attribute) as refusal:
        identity.address(document)

    assert refusal.value.detail.isascii()


@given(st.text())
def test_any_text_is_an_ascii_address_or_none_or_is_refused(text: str):
    try:
        found = identity.address({"userName": text})
    except InvalidValue:
        return

    if found is None:
        assert "@" not in text
        return
    assert found.isascii()
    assert identity.address({"userName": found}) == found


def test_a_user_name_without_an_at_sign_is_no_address():
    assert identity.address({"userName": "bjensen"}) is None


def test_an_email_without_an_at_sign_is_refused():
    with pytest.raises(InvalidValue, match="emails"):
        identity.address({"userName": "bjensen", "emails": [{"value": "bjensen"}]})


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param({"displayName": "Babs", "name": {"formatted": "Barbara Jensen"}}, "Babs", id="displayName"),
        pytest.param(
            {"name": {"formatted": "Ms. Barbara Jensen", "givenName": "B"}}, "Ms. Barbara Jensen", id="formatted"
        ),
        pytest.param({"name": {"givenName": "Barbara", "familyName": "Jensen"}}, "Barbara Jensen", id="both-parts"),
        pytest.param({"name": {"familyName": "Jensen"}}, "Jensen", id="one-part"),
        pytest.param({"displayName": " \u2003", "name": {"formatted": "Babs"}}, "Babs", id="blank-is-absent"),
        pytest.param({"emails": [WORK]}, "bjensen", id="local-part"),
    ],
)
def test_a_person_is_called(document: dict[str, Any], expected: str):
    assert identity.display_name({"userName": "user@example.com", **document}) == expected


@pytest.mark.parametrize("text", ["Barbara\nJensen", "Barbara\0", "\x7f", "\ud800", "B" * 256])
@pytest.mark.parametrize("attribute", ["displayName", "name.formatted", "name"])
def test_a_name_no_list_can_show_is_refused_naming_the_attribute(text: str, attribute: str):
    parts = {"displayName": {"displayName": text}, "name.formatted": {"name": {"formatted": text}}}
    document = parts.get(attribute, {"name": {"familyName": text}})

    with pytest.raises(InvalidValue, match=f"^{attribute} must"):
        identity.display_name({"userName": "user@example.com", **document})


@pytest.mark.parametrize("name", ["Zoë 💡", "Ж", "李", "O'Hara-Øst", "B" * 255])
def test_a_name_is_kept_as_it_is_spelled(name: str):
    assert identity.display_name({"userName": "user@example.com", "displayName": name}) == name


@pytest.mark.parametrize("user_name", ["", "a b", "a\tb", "ä", "\u212a", "\ud800", "a" * 256])
def test_a_user_name_is_visible_ascii_or_refused(user_name: str):
    with pytest.raises(InvalidValue, match="userName"):
        identity.user_name_key(user_name)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=identity.LONGEST_NAME))
def test_user_names_are_one_name_only_if_they_differ_in_case_alone(user_name: str):
    key = identity.user_name_key(user_name)

    assert key == identity.user_name_key(user_name.swapcase()) == identity.user_name_key(key)


@pytest.mark.parametrize(
    "name", ["tour guides", "TOUR  GUIDES", " Tour\u00a0Guides ", "\uff34our Guides", "Tour\u2003Guides"]
)
def test_spellings_of_one_group_name_have_one_key(name: str):
    assert identity.group_name_key(name) == identity.group_name_key("Tour Guides")


@pytest.mark.parametrize("name", ["", " ", "\u2003", "Tour\nGuides", "Guides\0", "\ud800", "G" * 256])
def test_a_group_name_no_list_can_show_is_refused(name: str):
    with pytest.raises(InvalidValue, match="displayName"):
        identity.group_name_key(name)


def test_folding_every_code_point_twice_is_folding_it_once():
    unstable = [
        point
        for point in range(sys.maxunicode + 1)
        for folded in [identity.fold(chr(point))]
        if identity.fold(folded) != folded
    ]

    assert unstable == []


@given(NAMES)
def test_folding_a_name_twice_is_folding_it_once(name: str):
    folded = identity.fold(name)

    assert identity.fold(folded) == folded


def test_a_name_that_grows_when_folded_still_has_one_key():
    longest = "\ufdfa" * identity.LONGEST_NAME  # 18 characters each

    assert identity.fold(identity.group_name_key(longest)) == identity.group_name_key(longest)


def test_only_ascii_letters_of_an_address_lose_their_case():
    assert identity.email_key("BJensen@Example.com") == "bjensen@example.com"
    assert identity.email_key("\u212a@example.com") != identity.email_key("k@example.com")
