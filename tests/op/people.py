"""`op user …`. Texts that are not marked as recorded are in no source: whoever reads them must not depend on them."""

from tests.op.answers import (
    BAD_DOMAIN,
    BAD_REQUEST,
    NOT_FOUND,
    NOT_FOUND_CODE,
    Answer,
    Refusal,
    as_card,
    as_json,
    as_table,
)
from tests.op.sessions import Context
from tests.op.world import OPEN_INVITATIONS, SUSPENDED, Entry

_BRIEF = ("id", "name", "email", "type", "state")
_WHOLE = (*_BRIEF, "created_at", "updated_at", "last_auth_at")
_UNITS = {"s": 1, "m": 60, "h": 3600}
DAY = 24 * 3600


def provision(at: Context) -> Answer:
    world = at.world
    refuse_if_managed_elsewhere(at)
    if not world.account["cli_provisioning"]:
        raise Refusal("(403) Forbidden: Provisioning with 1Password CLI isn't turned on for this account.")
    world.require(at.user, "PROVISION_PEOPLE")
    email, name = at.flag("email") or "", at.flag("name") or ""
    local, _, domain = email.rpartition("@")
    if not local or "." not in domain or not name:
        raise Refusal(BAD_REQUEST, recorded=True)
    if world.account["domains"] and domain.lower() not in world.account["domains"]:
        raise Refusal(BAD_DOMAIN, recorded=True)
    if known := world.by_email(email):
        # "already a member" is what 1Password's own script looks for, and the states
        state = f" ({known['state']})" if known["state"] in OPEN_INVITATIONS else ""
        raise Refusal(f'"{email}" is already a member of this account{state}.')
    person = world.add_person(email, name, "TRANSFER_PENDING")
    world.state["mails"][email.lower()] = world.state["mails"].get(email.lower(), 0) + 1
    return _show(at, person)


def confirm(at: Context) -> Answer:
    refuse_if_managed_elsewhere(at)
    at.world.require(at.user, "PROVISION_PEOPLE", "ADD_PERSON")
    if not at.world.account["cli_provisioning"]:
        raise Refusal("(403) Forbidden: Provisioning with 1Password CLI isn't turned on for this account.")
    if at.on("all"):
        chosen = [each for each in at.world.people.values() if each["state"] == "TRANSFER_ACCEPTED"]
    else:
        chosen = _chosen(at)
    for person in chosen:
        if person["state"] not in ("TRANSFER_ACCEPTED", "RECOVERY_ACCEPTED"):
            raise Refusal(f'"{person["email"]}" can\'t be confirmed while they are {person["state"]}.')
        at.world.change_person(person, state="ACTIVE")
    return Answer()


def list_people(at: Context) -> Answer:
    at.world.require(at.user, "VIEW_ADMINISTRATIVE_SIDEBAR", "VIEW_PEOPLE")
    if at.flag("vault"):
        raise Refusal(f'"{at.flag("vault")}" isn\'t a vault in this account.')
    if named := at.flag("group"):
        return show_members(at, at.world.group(named))
    rows = [{key: each[key] for key in _BRIEF} for each in at.world.people.values() if each["state"] != "DELETED"]
    return Answer(0, as_json(rows) if at.as_json else as_table(rows, ("id", "name", "email", "state", "type")))


def show_members(at: Context, group: Entry) -> Answer:
    people = at.world.people
    rows = [
        {key: people[id][key] for key in _BRIEF} | {"role": role} for id, role in at.world.roles(group["id"]).items()
    ]
    columns = ("id", "name", "email", "state", "type", "role")
    return Answer(0, as_json(rows) if at.as_json else as_table(rows, columns))


def get(at: Context) -> Answer:
    chosen = [at.world.people[at.user]] if at.on("me") else _chosen(at)
    if any(person["id"] != at.user for person in chosen):
        at.world.require(at.user, "VIEW_ADMINISTRATIVE_SIDEBAR", "VIEW_PEOPLE")
    return Answer(0, b"".join(_show(at, person).stdout for person in chosen))


def edit(at: Context) -> Answer:
    refuse_if_managed_elsewhere(at)
    at.world.require(at.user, "CHANGE_PERSON_NAME")
    (person,) = _chosen(at)
    travel = at.flag("travel-mode")
    if travel not in (None, "on", "off"):
        raise Refusal(f'invalid argument "{travel}" for "--travel-mode" flag')
    name = at.flag("name")
    if name is None and travel is None:
        raise Refusal("specify at least one of --name and --travel-mode")
    if name == "":
        raise Refusal(BAD_REQUEST, recorded=True)
    if name is not None:
        at.world.change_person(person, name=name)
    return Answer()


def suspend(at: Context) -> Answer:
    refuse_if_managed_elsewhere(at)
    at.world.require(at.user, "SUSPEND_PERSON")
    _seconds(at.flag("deauthorize-devices-after") or "0s")
    (person,) = _chosen(at)
    refuse_own_and_last_owner(at, person)
    if person["state"] in SUSPENDED:
        raise Refusal(f'"{person["email"]}" is already suspended.')
    state = "TRANSFER_SUSPENDED" if person["state"].startswith("TRANSFER_") else "SUSPENDED"
    at.world.change_person(person, state=state, resumes=person["state"])
    return Answer()


def reactivate(at: Context) -> Answer:
    refuse_if_managed_elsewhere(at)
    at.world.require(at.user, "SUSPEND_PERSON")
    (person,) = _chosen(at)
    if person["state"] not in SUSPENDED:
        raise Refusal(f'"{person["email"]}" isn\'t suspended.')
    at.world.change_person(person, state=person["resumes"])
    return Answer()


def delete(at: Context) -> Answer:
    refuse_if_managed_elsewhere(at)
    at.world.require(at.user, "DELETE_PERSON")
    (person,) = _chosen(at)
    refuse_own_and_last_owner(at, person)
    at.world.remove_person(person)
    return Answer()


def recover(at: Context) -> Answer:
    at.world.require(at.user, "RECOVER_ACCOUNTS")
    for named in at.call.arguments:
        person = at.world.person(named)
        if person["state"] != "ACTIVE":
            raise Refusal(f'"{person["email"]}" can\'t be recovered while they are {person["state"]}.')
        at.world.change_person(person, state="RECOVERY_STARTED")
    return Answer()


def refuse_if_managed_elsewhere(at: Context) -> None:
    """1Password's beta pages: with hosted provisioning on, the CLI manages neither users nor groups."""
    if at.world.account["hosted"]:
        raise Refusal(
            "(403) Forbidden: User and group management with 1Password CLI isn't supported because automated "
            "provisioning hosted by 1Password is turned on."
        )


def refuse_own_and_last_owner(at: Context, person: Entry) -> None:
    if person["id"] == at.user:
        raise Refusal("(403) Forbidden: You can't do this to your own account.")
    if at.world.owners() == [person["id"]]:
        raise Refusal("(403) Forbidden: The last owner of an account can't be removed.")


def _chosen(at: Context) -> list[Entry]:
    """The person named by the argument, or those whose ids come on stdin if it is `-`."""
    if not at.call.arguments:
        raise Refusal("expected at least 1 argument but got 0 instead")
    if at.argument != "-":
        return [at.world.person(at.argument)]
    words = at.stdin.decode("utf-8", "replace").replace('"', " ").replace(",", " ").split()
    named = [at.world.person(word) for word in words if word in at.world.people]
    if not named:
        raise Refusal(NOT_FOUND, NOT_FOUND_CODE, recorded=True)
    return named


def _show(at: Context, person: Entry) -> Answer:
    shown = {key: person[key] for key in _WHOLE}
    return Answer(0, as_json(shown) if at.as_json else as_card(shown))


def _seconds(duration: str) -> int:
    """600s, 10m, 1h, as Go writes durations; at most a day."""
    number, unit = duration[:-1], duration[-1:]
    if not number.isdecimal() or unit not in _UNITS:
        raise Refusal(f'invalid argument "{duration}" for "--deauthorize-devices-after" flag')
    if int(number) * _UNITS[unit] > DAY:
        raise Refusal("devices are deauthorized after 24 hours at the latest")
    return int(number) * _UNITS[unit]
