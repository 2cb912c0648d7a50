"""`op group …`. Texts that are not marked as recorded are in no source: whoever reads them must not depend on them."""

from tests.op.answers import BAD_REQUEST, Answer, Refusal, as_card, as_json, as_table
from tests.op.people import refuse_if_managed_elsewhere, show_members
from tests.op.sessions import Context
from tests.op.world import Entry

_BRIEF = ("id", "name", "description", "state", "created_at")
_WHOLE = (*_BRIEF, "updated_at", "permissions", "type")
SETTLES_AFTER = 2  # calls: the first one after `group create` still finds it INACTIVE


def create(at: Context) -> Answer:
    refuse_if_managed_elsewhere(at)
    at.world.require(at.user, "MANAGE_GROUPS")
    if not at.argument:
        raise Refusal(BAD_REQUEST, recorded=True)
    group = at.world.add_group(at.argument, at.flag("description") or "")
    group["state"] = "INACTIVE"
    at.world.state["fresh"][group["id"]] = SETTLES_AFTER
    at.world.set_role(group["id"], at.user, "MANAGER")  # who makes a group manages it
    return _show(at, group)


def edit(at: Context) -> Answer:
    group = _changeable(at, at.argument)
    values = {key: at.flag(key) for key in ("name", "description") if at.flag(key) is not None}
    if not values:
        raise Refusal("specify at least one of --name and --description")
    if values.get("name") == "":
        raise Refusal(BAD_REQUEST, recorded=True)
    at.world.change_group(group, **values)
    return Answer()


def delete(at: Context) -> Answer:
    at.world.remove_group(_changeable(at, at.argument))
    return Answer()


def get(at: Context) -> Answer:
    return _show(at, at.world.group(at.argument))


def list_groups(at: Context) -> Answer:
    if at.flag("vault"):
        raise Refusal(f'"{at.flag("vault")}" isn\'t a vault in this account.')
    named = at.flag("user")
    groups = at.world.groups_of(at.world.person(named)["id"]) if named else at.world.groups.values()
    rows = [{key: each[key] for key in _BRIEF} for each in groups]
    columns = ("id", "name", "description", "state", "created_at")
    return Answer(0, as_json(rows) if at.as_json else as_table(rows, columns))


def grant(at: Context) -> Answer:
    role = at.flag("role") or "member"
    if role not in ("member", "manager"):
        raise Refusal(f'invalid argument "{role}" for "--role" flag')
    group, person = _edge(at)
    held = at.world.members[group["id"]].get(person["id"])
    # nobody becomes a manager before they are a member: to make one, grant twice (slok, membership.go)
    at.world.set_role(group["id"], person["id"], role.upper() if held else "MEMBER")
    return Answer()


def revoke(at: Context) -> Answer:
    group, person = _edge(at)
    if person["id"] not in at.world.members[group["id"]]:
        raise Refusal(f'"{person["email"]}" isn\'t a member of "{group["name"]}".')
    if group["type"] == "OWNERS" and at.world.owners() == [person["id"]]:
        raise Refusal("(403) Forbidden: The last owner of an account can't be removed.")
    at.world.set_role(group["id"], person["id"], None)
    return Answer()


def list_members(at: Context) -> Answer:
    at.world.require(at.user, "VIEW_ADMINISTRATIVE_SIDEBAR", "VIEW_PEOPLE")
    return show_members(at, at.world.group(at.argument))


def _edge(at: Context) -> tuple[Entry, Entry]:
    refuse_if_managed_elsewhere(at)
    group = at.world.group(at.flag("group") or "")
    at.world.require(at.user, "MANAGE_GROUPS", managed=group["id"])
    if group["type"] == "TEAM_MEMBERS":
        raise Refusal('(400) Bad Request: The members of "Team Members" can\'t be changed.')
    return group, at.world.person(at.flag("user") or "")


def _changeable(at: Context, named: str) -> Entry:
    refuse_if_managed_elsewhere(at)
    group = at.world.group(named)
    at.world.require(at.user, "MANAGE_GROUPS", managed=group["id"])
    if group["type"] != "USER_DEFINED":
        raise Refusal(f'(403) Forbidden: "{group["name"]}" is built in and can\'t be changed.')
    return group


def _show(at: Context, group: Entry) -> Answer:
    shown = {key: group[key] for key in _WHOLE}
    return Answer(0, as_json(shown) if at.as_json else as_card(shown))
