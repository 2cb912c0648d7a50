"""People and groups of the source as the bridge would keep them: read by the schema, like any client's body."""

from dataclasses import dataclass

from scim import identity
from scim.protocol import resources
from scim.protocol.definitions import GROUP, USER, USER_SCHEMA
from scim.protocol.errors import InvalidValue
from scim.protocol.resources import Resource
from scim.records import Document, Record, TargetUser
from scim.source_records import SourceGroup, SourceUser
from scim.sources.documents import group_document, user_document


@dataclass(frozen=True, slots=True)
class Documents:
    """`allowed_domains`: lower-case e-mail domains people may have; empty allows all."""

    allowed_domains: frozenset[str] = frozenset()

    def of_user(self, user: SourceUser, *, active: bool) -> Document:
        """ScimError for what cannot be recorded."""
        document = self.user(user, active=active).document
        address = identity.address(document)
        identity.display_name(document)
        domain = (address or "").rpartition("@")[2]
        if address and self.allowed_domains and domain not in self.allowed_domains:
            raise InvalidValue(f"The e-mail domain {domain!r} is not allowed (ALLOWED_DOMAINS).")
        return document

    @staticmethod
    def user(user: SourceUser, *, active: bool) -> Resource:
        """ScimError."""
        return resources.read(USER, {**user_document(user), "active": active})

    @staticmethod
    def group(group: SourceGroup) -> Resource:
        """Without members. ScimError."""
        return resources.read(GROUP, group_document(group))

    @staticmethod
    def target(person: TargetUser) -> Resource:
        """Somebody of the target whom the source does not list, to be suspended. ScimError."""
        name = {"displayName": person.name} if person.name.strip() else {}
        address = {"value": person.email, "type": "work", "primary": True}
        stated = {"userName": person.email, "emails": [address], "active": False, **name}
        return resources.read(USER, {"schemas": [USER_SCHEMA.id], **stated})

    @classmethod
    def of_target(cls, person: TargetUser) -> Document:
        document = cls.target(person).document
        identity.display_name(document)
        return document

    # ── stand-ins, for those who swap names ───────────────────────────────────────────────────────────────

    @staticmethod
    def parked_user(before: Record) -> Resource:
        """With a userName that is nobody's, and no address: the target has nothing to do for it."""
        kept = {name: value for name, value in before.document.items() if name != "emails"}
        named = {"userName": f"moving-{before.id}", "displayName": identity.display_name(before.document)}
        return _resource({**kept, **named})

    @staticmethod
    def parked_group(before: Record) -> Resource:
        return _resource({"displayName": f"{before.document['displayName'][:200]} ({before.id})"})


def _resource(document: Document) -> Resource:
    return Resource(document, None, None, frozenset())
