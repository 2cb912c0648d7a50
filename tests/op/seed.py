"""What the account holds before a test does anything."""

import time

ADDRESS = "example-team.1password.com"
BRIDGE_EMAIL = "bridge@example.com"
PASSWORD = "a dedicated member's password"
SECRET_KEY = "A3-ASWWYB-798JRY-LJVD4-23DC2-86TVM-H43EB"
DEVICE = "scimbridgedeviceaaaaaaaaaa"
ACCOUNT_ID = "GRXJAN4BY5DPROISKYL55IRCPY"

OWNER = "OWNERAAAAAAAAAAAAAAAAAAAAA"
ADMINISTRATOR = "ADMINAAAAAAAAAAAAAAAAAAAAA"
BRIDGE = "BRIDGEAAAAAAAAAAAAAAAAAAAA"
GUEST = "GUESTAAAAAAAAAAAAAAAAAAAAA"
SERVICE = "SERVICEAAAAAAAAAAAAAAAAAAA"

OWNERS = "ownersaaaaaaaaaaaaaaaaaaaa"
ADMINISTRATORS = "administratorsaaaaaaaaaaaa"
TEAM_MEMBERS = "teammembersaaaaaaaaaaaaaaa"
RECOVERY = "recoveryaaaaaaaaaaaaaaaaaa"
SECURITY = "securityaaaaaaaaaaaaaaaaaa"
PROVISION_MANAGERS = "provisionmanagersaaaaaaaaa"
BRIDGE_GROUP = "scimbridgeaaaaaaaaaaaaaaaa"
STEWARDS = "stewardsaaaaaaaaaaaaaaaaaa"
RESCUERS = "rescuersaaaaaaaaaaaaaaaaaa"

# what a bridge needs beyond Provision Managers (facts/onepassword.md §1.7, §4)
BRIDGE_PERMISSIONS = ("SUSPEND_PERSON", "CHANGE_PERSON_NAME", "MANAGE_GROUPS", "VIEW_ADMINISTRATIVE_SIDEBAR")
ALL_PERMISSIONS = (
    "ADD_PERSON", "CHANGE_PERSON_NAME", "CHANGE_TEAM_ATTRIBUTES", "CHANGE_TEAM_DOMAIN", "CHANGE_TEAM_SETTINGS",
    "CREATE_VAULTS", "DELETE_PERSON", "DELETE_TEAM", "MANAGE_BILLING", "MANAGE_GROUPS", "MANAGE_TEMPLATES",
    "MANAGE_VAULTS", "PROVISION_PEOPLE", "RECOVER_ACCOUNTS", "SUSPEND_PERSON", "SUSPEND_TEAM",
    "VIEW_ACTIVITIES_LOG", "VIEW_ADMINISTRATIVE_SIDEBAR", "VIEW_BILLING", "VIEW_PEOPLE", "VIEW_TEAM_SETTINGS",
    "VIEW_TEMPLATES", "VIEW_VAULTS",
)  # fmt: skip
_PEOPLE = (
    (OWNER, "Account Owner", "owner@example.com", "MEMBER"),
    (ADMINISTRATOR, "Account Administrator", "administrator@example.com", "MEMBER"),
    (BRIDGE, "SCIM Bridge", BRIDGE_EMAIL, "MEMBER"),
    (GUEST, "Gail Guest", "guest@example.org", "GUEST"),
    (SERVICE, "Continuous Integration", "ci@1passwordserviceaccounts.com", "SERVICE_ACCOUNT"),
)
# The type of Provision Managers is in no source: none of the known types names it, so it is read as UNKNOWN_TYPE here.
_GROUPS = (
    (OWNERS, "Owners", "Access to billing and account administration.", "OWNERS", ALL_PERMISSIONS),
    (ADMINISTRATORS, "Administrators", "Administration of users, groups, and vaults.", "ADMINISTRATORS",
     tuple(each for each in ALL_PERMISSIONS if each not in ("DELETE_TEAM", "MANAGE_BILLING", "PROVISION_PEOPLE"))),
    (RECOVERY, "Recovery", "Can reset user passwords if account recovery is enabled.", "RECOVERY",
     ("RECOVER_ACCOUNTS",)),
    (SECURITY, "Security", "Access to security reports.", "SECURITY", ("VIEW_ACTIVITIES_LOG",)),
    (TEAM_MEMBERS, "Team Members", "All team members.", "TEAM_MEMBERS", ("CREATE_VAULTS",)),
    (PROVISION_MANAGERS, "Provision Managers", "Can provision and confirm team members.", "UNKNOWN_TYPE",
     ("PROVISION_PEOPLE", "RECOVER_ACCOUNTS")),
    (BRIDGE_GROUP, "SCIM Bridge", "What the bridge may do.", "USER_DEFINED", BRIDGE_PERMISSIONS),
    (STEWARDS, "Group Stewards", "People who manage every group.", "USER_DEFINED", ("MANAGE_GROUPS",)),
    (RESCUERS, "Account Rescuers", "People who recover accounts.", "USER_DEFINED", ("RECOVER_ACCOUNTS",)),
)  # fmt: skip
_MEMBERS = {
    OWNERS: {OWNER: "MANAGER"},
    ADMINISTRATORS: {ADMINISTRATOR: "MEMBER"},
    RECOVERY: {OWNER: "MEMBER"},
    PROVISION_MANAGERS: {OWNER: "MANAGER", BRIDGE: "MEMBER"},
    BRIDGE_GROUP: {OWNER: "MANAGER", BRIDGE: "MEMBER"},
    STEWARDS: {ADMINISTRATOR: "MEMBER"},
    RESCUERS: {ADMINISTRATOR: "MEMBER"},
}


def timestamp(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def state(now: str) -> dict[str, object]:
    """A whole new account. `account` is what tests turn: see README.md."""
    people = {
        id: {
            "id": id, "name": name, "email": email, "type": type, "state": "ACTIVE", "created_at": now,
            "updated_at": now, "last_auth_at": now, "resumes": "ACTIVE",
        }
        for id, name, email, type in _PEOPLE
    }  # fmt: skip
    groups = {
        id: {
            "id": id, "name": name, "description": description, "state": "ACTIVE", "created_at": now,
            "updated_at": now, "permissions": list(permissions), "type": type,
        }
        for id, name, description, type, permissions in _GROUPS
    }  # fmt: skip
    return {
        "account": {
            "id": ACCOUNT_ID, "name": "Example Team", "address": ADDRESS, "created_at": now, "domains": [],
            "cli_provisioning": True, "hosted": False, "firewall": False, "second_factor": False, "vague": "",
            "limit": 0, "write_seconds": 0.0,
        },
        "people": people,
        "groups": groups,
        "members": {id: dict(_MEMBERS.get(id, {})) for id in groups},
        "credentials": {BRIDGE: {"password": PASSWORD, "secret_key": SECRET_KEY}},
        "sessions": {},
        "devices": [],
        "mails": {},
        "fresh": {},
        "faults": [],
        "requests": [],
        "writing": {},
        "clock": 0.0,
    }  # fmt: skip
