"""Whether the bridge can do its work in a 1Password account, in plain words and with the cure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from scim.records import DeniedByTarget, Document, Finding, TargetError
from scim.targets.op import Op
from scim.targets.op_errors import Barred, SwitchedOff

NEEDED = {
    "PROVISION_PEOPLE": "invite and confirm people: turn on CLI provisioning "
    "(https://start.1password.com/settings/provisioning/cli) and add the bridge's member to Provision Managers",
    "SUSPEND_PERSON": "suspend and reactivate people: give a group of its member the permission Suspend People",
    "CHANGE_PERSON_NAME": "rename people: give a group of its member the permission Manage People",
    "MANAGE_GROUPS": "manage groups and their members: give a group of its member the permission Manage All Groups",
    "VIEW_ADMINISTRATIVE_SIDEBAR": "see people and groups: give a group of its member the permission View "
    "Administrative Sidebar",
}
_TOO_POWERFUL = {"OWNERS": "an owner", "ADMINISTRATORS": "an administrator"}


def findings(op: Op, protected: Callable[[], Mapping[str, str]]) -> list[Finding]:
    """One for each thing looked at; what needs something that failed is left out. Never raises."""
    tool = _try("1Password's command-line tool", lambda: _tool(op))
    if tool[0].state == "failed":
        return tool
    me: list[str] = []
    found = tool + _try("sign-in", lambda: _sign_in(op, me))
    if not me:
        return found
    return found + _try("permissions", lambda: _permissions(op, me[0])) + _try("owners", lambda: _owners(protected))


def _try(subject: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return look()
    except (Barred, SwitchedOff) as error:
        return [Finding("the account's settings", "failed", str(error))]
    except TargetError as error:
        return [Finding(subject, "failed", str(error))]
    except (LookupError, TypeError, ValueError):
        return [Finding(subject, "failed", "1Password's answer is none the bridge understands.")]


def _tool(op: Op) -> list[Finding]:
    version = op.version()
    state: Literal["ok", "failed"] = "ok" if version.startswith("2.") else "failed"
    cure = "" if state == "ok" else " The bridge needs version 2."
    return [Finding("1Password's command-line tool", state, f"Version {version or 'unknown'}.{cure}")]


def _sign_in(op: Op, me: list[str]) -> list[Finding]:
    who = op.read("whoami")
    me.append(str(who["user_uuid"]))
    return [Finding("sign-in", "ok", f"Signed in as {who['email']} at {who['url']}.")]


def _permissions(op: Op, me: str) -> list[Finding]:
    groups = [op.read("group", "get", "--", str(each["id"])) for each in op.read_all("group", "list", f"--user={me}")]
    held = {permission for group in groups for permission in group.get("permissions") or ()}
    missing = [
        Finding("permissions", "failed", f"The bridge cannot {cure}.")
        for permission, cure in NEEDED.items()
        if permission not in held
    ]
    return (missing or [Finding("permissions", "ok", "The bridge's member may do all it has to.")]) + _powers(groups)


def _powers(groups: Sequence[Document]) -> list[Finding]:
    return [
        Finding(
            "permissions",
            "warning",
            f"The bridge's member is {power} of the account, which is more than it needs: remove it from "
            f"{group['name']}, and give it a group with what it needs.",
        )
        for group in groups
        if (power := _TOO_POWERFUL.get(str(group.get("type"))))
    ]


def _owners(protected: Callable[[], Mapping[str, str]]) -> list[Finding]:
    try:
        spared = protected()
    except DeniedByTarget:
        cure = "The bridge cannot see the owners of the account, whom it has to spare: let its member see that group."
        return [Finding("owners", "failed", cure)]
    if len(spared) == 1:  # itself
        return [Finding("owners", "warning", "The account shows no built-in group, so nobody is spared as an owner.")]
    return [Finding("owners", "ok", "The bridge knows whom it has to spare.")]
