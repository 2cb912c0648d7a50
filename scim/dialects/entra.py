"""Microsoft Entra ID. Its everyday forms (op in capitals, "False", members removed by value) the protocol reads itself;
here is what is left: older jobs, role assignments, and filters as its documents and its validator write them.
"""

import json
import re
from typing import Any

from scim.dialects import assignments, filters, urns
from scim.dialects.dialect import Dialect
from scim.dialects.urns import ENTERPRISE
from scim.protocol import lexer
from scim.protocol.definitions import USER_SCHEMA
from scim.protocol.filter import LONGEST_FILTER
from scim.protocol.lexer import Token
from scim.protocol.messages import PATCH_OP
from scim.records import Document, Kind

_MISTYPED = {
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0user": ENTERPRISE,
    "urn:ietf:params:scim:schemas:core:2.0:patchop": PATCH_OP,
}
_LONGEST_ROLE = 4096
_STRING = r'"(?:[^"\\]|\\.)*"'
_EQUALITY = rf'[A-Za-z][\w.:-]* +eq +(?:{_STRING}|[^\s"()\[\]\\]+)'
_EQUALITIES = re.compile(rf" *{_EQUALITY}(?: +and +{_EQUALITY})* *", re.IGNORECASE | re.ASCII)
_VALUE_PATH_COMPARED = re.compile(rf" *[A-Za-z]\w*\[ *{_EQUALITY} *\] +eq +{_STRING} *", re.IGNORECASE | re.ASCII)


def mistyped_urns(_: Kind, body: Document) -> Document:
    """Two misprints of schema URNs: ...enterprise:2.0User without a colon, and core:2.0:PatchOp for the PATCH message.

    Evidence: Microsoft, use-scim-to-provision-users-and-groups, the sample of creating a user; for the other
    thomaspoignant/scim-patch#207; entra_forms.json, "create with a misprinted extension URN".
    """
    return urns.respell(body, lambda text: _MISTYPED.get(text.lower(), text))


def dotted_extension_paths(_: Kind, body: Document) -> Document:
    """A dot instead of a colon between the enterprise URN and its attribute: ...enterprise:2.0:User.department.

    Evidence: Microsoft, application-provisioning-config-problem-scim-compatibility: jobs of the customappsso kind, and
    the downgrade flag AzureAdScimPatch2017; entra_forms.json, "an extension attribute behind a dot".
    """
    prefix = f"{ENTERPRISE}.".lower()

    def colon(path: str, value: Any) -> tuple[str, Any]:
        is_dotted = path.lower().startswith(prefix) and len(path) > len(prefix)
        return f"{ENTERPRISE}:{path[len(prefix) :]}" if is_dotted else path, value

    return assignments.rewrite(body, colon)


def roles_as_json_text(kind: Kind, body: Document) -> Document:
    """Role assignments whose value is a JSON text that holds the id, the value and the displayName of the role.

    Evidence: Microsoft, customize-application-attributes, SingleAppRoleAssignment and AppRoleAssignmentsComplex, the
    PATCH samples; Captain-P-Goldfish/SCIM-SDK#516; entra_forms.json, "add a role as JSON text".
    """
    names = ("roles", f"{USER_SCHEMA.id}:roles".lower())

    def parse(path: str, value: Any) -> tuple[str, Any]:
        is_roles = path.lower() in names and isinstance(value, list)
        return path, [_role(role) for role in value] if is_roles else value

    return assignments.rewrite(body, parse) if kind == "User" else body


def unquoted_values(text: str) -> str:
    """A filter of nothing but equalities whose values have no quotes: externalId eq bjensen.

    Evidence: Microsoft, use-scim-to-provision-users-and-groups, `externalId eq jyoung` and `id eq … and manager eq …`.
    Any other filter stays as it is, so that no invalid one becomes a wider one; entra_forms.json, "match on an unquoted
    externalId".
    """

    def quote(token: Token, following: Token | None) -> str:
        is_value = token.is_word and (following is None or following.text.lower() == "and")
        return json.dumps(token.text, ensure_ascii=False) if is_value and not _is_json(token.text) else token.text

    is_safe = len(text) <= LONGEST_FILTER and _EQUALITIES.fullmatch(text)
    return filters.respell(text, quote) if is_safe else text


def doubly_encoded_values(text: str) -> str:
    """A quoted value in a filter that is still URL-encoded once the query string was decoded: "Tour%20Guides".

    Evidence: Microsoft's SCIM validator (ssoready/ssoready, internal/authservice/scim.go);
    entra_forms.json, "match on a doubly encoded group name".
    """
    return filters.respell(text, lambda token, _: filters.decoded(token.text)) if "%" in text else text


def value_path_compared(text: str) -> str:
    """A filter that is one value path, compared without its sub-attribute: emails[type eq "work"] eq "b@example.com".

    Evidence: Microsoft, use-scim-to-provision-users-and-groups, the table of filters (MicrosoftDocs/azure-docs#83855);
    entra_forms.json, "match on the work e-mail without .value".
    """

    def add_value(token: Token, following: Token | None) -> str:
        return "].value" if token.text == "]" and filters.is_operator(following) else token.text

    is_safe = len(text) <= LONGEST_FILTER and _VALUE_PATH_COMPARED.fullmatch(text)
    return filters.respell(text, add_value) if is_safe else text


def _is_json(word: str) -> bool:
    try:
        lexer.literal(word)
    except ValueError:
        return False
    return True


def _role(role: Any) -> Any:
    """Microsoft's `id` of the assignment has no place in a role (RFC 7643 §4.1.2) and is dropped."""
    assignment = _assignment(role.get("value") if isinstance(role, dict) else role)
    if assignment is None:
        return role
    display = {"display": assignment["displayName"]} if "displayName" in assignment else {}
    return {**display, **(role if isinstance(role, dict) else {}), "value": assignment["value"]}


def _assignment(text: Any) -> Document | None:
    if not isinstance(text, str) or not text.startswith("{") or len(text) > _LONGEST_ROLE:
        return None
    try:
        assignment = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return assignment if isinstance(assignment.get("value"), str) else None


ENTRA = Dialect(
    "entra",
    "Microsoft Entra ID",
    resource_quirks=(mistyped_urns, roles_as_json_text),
    patch_quirks=(mistyped_urns, dotted_extension_paths, roles_as_json_text),
    filter_quirks=(unquoted_values, doubly_encoded_values, value_path_compared),
)
