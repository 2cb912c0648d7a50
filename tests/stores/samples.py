"""Barbara Jensen and her friends, and the groups they are in, as records."""

from uuid import uuid4

from scim.records import Event, Link, Record

AT = "2026-01-05T08:00:00.000Z"
UNLINKED = Link()
LATER = "2026-01-05T09:00:00.000Z"


def user(
    name: str = "bjensen", *, id: str | None = None, link: Link = UNLINKED, emails: tuple[str, ...] = ()
) -> Record:
    address = f"{name}@example.com"
    return Record(
        kind="User",
        id=id or str(uuid4()),
        document={"userName": address, "displayName": name.title(), "active": True},
        client="entra",
        created=AT,
        last_modified=AT,
        external_ids={"entra": f"external-{name}"},
        unique_keys=(f"userName={address}",),
        lookup_keys=(*(f"email={email}" for email in emails or (address,)), f"externalId=entra=external-{name}"),
        link=link,
    )


def group(name: str = "Tour Guides", *, id: str | None = None, link: Link = UNLINKED) -> Record:
    return Record(
        kind="Group",
        id=id or str(uuid4()),
        document={"displayName": name},
        client="entra",
        created=AT,
        last_modified=AT,
        unique_keys=(f"displayName={name.casefold()}",),
        link=link,
    )


def event(action: str = "user.created", *, id: str | None = None, at: str = AT) -> Event:
    return Event(id=id or uuid4().hex, at=at, actor="entra", action=action, resource=None, changes=[])
