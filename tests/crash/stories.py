"""What a client or a tick does while it is killed, what was there before, and what has to be there in the end."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.crash.model import Model, Person
from tests.crash.stage import FOREIGN, Stage

BARBARA = "bjensen@example.com"
BABS = "babs@example.com"
OUTSIDER = "bjensen@elsewhere.example"
FRIENDS = ("jsmith@example.com", "mandy@example.com", "tcook@example.com", "kchan@example.com")
GUIDES, TOURS, CREW = "Tour Guides", "Tours", "Crew"


@dataclass(frozen=True, slots=True)
class Story:
    """`act` may be repeated. `change` is what it does to the model; a tick changes nothing that is wanted.
    `is_refused`: the target will not have it, so that whatever of it was recorded when the process died stays owed,
    and shown.
    """

    prepare: Callable[[Stage, Model], None]
    act: Callable[[Stage], object]
    change: Callable[[Model], object]
    is_tick: bool = False
    is_refused: bool = False


def populate(stage: Stage) -> Model:
    """Some friends who are not what the story is about: invited, accepted or active, in a group or not, and with
    something still owed to the target or not.
    """
    model, chance = Model(), stage.chance
    friends = chance.sample(FRIENDS, chance.randint(2, 3))
    for friend in friends:
        arrive(stage, model, friend, friend.partition("@")[0].title())
    crew = chance.sample(friends, chance.randint(0, 2))
    stage.client.create_group(CREW, *crew)
    model.groups[CREW] = set(crew)
    if chance.random() < 0.5:
        stage.later.patch_user(friends[0], displayName="Renamed")
        model.person(friends[0]).name = "Renamed"
    if chance.random() < 0.3:
        stage.later.add_members(CREW, friends[1])
        model.groups[CREW].add(friends[1])
    return model


def arrive(stage: Stage, model: Model, user_name: str, name: str) -> None:
    """Somebody in any of the states that the invited go through."""
    stage.client.create_user(user_name, name)
    model.join(user_name, name)
    state = stage.chance.choice(("TRANSFER_PENDING", "TRANSFER_ACCEPTED", "ACTIVE"))
    if state != "TRANSFER_PENDING":
        stage.account.accept(user_name)
    if state == "ACTIVE":
        stage.confirm()
    for each in model.people:
        if each.state == "TRANSFER_ACCEPTED" and state == "ACTIVE":
            each.state = "ACTIVE"
    model.person(user_name).state = state


def nobody(stage: Stage, model: Model) -> None:
    pass


def barbara(stage: Stage, model: Model) -> None:
    arrive(stage, model, BARBARA, "Barbara Jensen")


def barbara_in_groups(stage: Stage, model: Model) -> None:
    barbara(stage, model)
    stage.client.create_group(GUIDES, BARBARA, model.people[0].user_name)
    stage.client.add_members(CREW, BARBARA)
    model.groups[GUIDES] = {BARBARA, model.people[0].user_name}
    model.groups[CREW].add(BARBARA)


def barbara_inactive(stage: Stage, model: Model) -> None:
    barbara_in_groups(stage, model)
    stage.client.patch_user(BARBARA, active=False)
    model.person(BARBARA).active = False


def barbara_gone(stage: Stage, model: Model) -> None:
    barbara_in_groups(stage, model)
    stage.client.delete_user(BARBARA)
    model.leave(BARBARA)


def barbara_by_hand(stage: Stage, model: Model) -> None:
    """Somebody invited or suspended them before the bridge came."""
    state = stage.chance.choice(("ACTIVE", "SUSPENDED", "TRANSFER_PENDING"))
    stage.account.add_person(BARBARA, "B. Jensen", state=state)
    model.people.append(Person(BARBARA, "B. Jensen", BARBARA, listed=False, state=state, mails=0, stranger=True))


def barbara_vanished(stage: Stage, model: Model) -> None:
    """An administrator deleted them by hand, and the bridge has not noticed."""
    barbara_in_groups(stage, model)
    world = stage.account.world()
    id = next(str(each["id"]) for each in world["people"] if each["email"] == BARBARA)
    stage.account.remove_person(id)
    model.person(BARBARA).gone = True


def everything_owed(stage: Stage, model: Model) -> None:
    """One of each kind of wish, recorded while nothing could be settled."""
    barbara_in_groups(stage, model)
    stage.client.create_group(TOURS, BARBARA)
    friend, other = model.people[0].user_name, model.people[1].user_name
    stage.later.create_user(BABS, "Babs")
    model.join(BABS, "Babs")
    stage.later.patch_user(BARBARA, displayName="Barbara J.")
    model.person(BARBARA).name = "Barbara J."
    stage.later.put_user(friend, "A Friend", active=False)
    model.person(friend).name, model.person(friend).active = "A Friend", False
    stage.later.create_group("New", BABS, BARBARA)
    model.groups["New"] = {BABS, BARBARA}
    stage.later.rename_group(GUIDES, "Guides")
    model.groups["Guides"] = model.groups.pop(GUIDES)
    stage.later.remove_members(CREW, BARBARA)
    model.groups[CREW].discard(BARBARA)
    stage.later.delete_group(TOURS)
    stage.later.delete_user(other)
    model.leave(other)


def accepted(stage: Stage, model: Model) -> None:
    for user_name in (BARBARA, BABS):
        stage.client.create_user(user_name, user_name)
        model.join(user_name, user_name)
        stage.account.accept(user_name)
        model.person(user_name).state = "TRANSFER_ACCEPTED"


def waiting(stage: Stage, model: Model) -> None:
    """Somebody inactive is in a group: nobody is invited for that."""
    stage.client.create_user(BARBARA, "Barbara", active=False)
    model.people.append(Person(BARBARA, "Barbara", None, active=False))
    stage.client.add_members(CREW, BARBARA)
    model.groups[CREW].add(BARBARA)
    model.owed = (0, 0, 1)


# ── what it comes to ──────────────────────────────────────────────────────────────────────────────────────


def change_person(**values: object) -> Callable[[Model], None]:
    def change(model: Model) -> None:
        for name, value in values.items():
            setattr(model.person(BARBARA), name, value)

    return change


def readdressed(model: Model) -> None:
    """The target goes by the old address until the person changes it."""
    model.person(BARBARA).user_name = BABS
    for members in model.groups.values():
        if BARBARA in members:
            members.symmetric_difference_update((BARBARA, BABS))


def vanished(model: Model) -> None:
    """The bridge invites them again, for it was never told that they should go."""
    person = model.person(BARBARA)
    person.name, person.state, person.mails, person.gone = "Babs", "TRANSFER_PENDING", 2, False


def regroup(name: str, to: str, *members: str) -> Callable[[Model], None]:
    def change(model: Model) -> None:
        model.groups[to] = set(members) or model.groups[name]
        if name != to:
            model.groups.pop(name, None)

    return change


def outsider(model: Model) -> None:
    model.people.append(Person(OUTSIDER, "Outsider", None))
    model.owed = (1, 0, 0)


def arrived(model: Model) -> None:
    model.person(BARBARA).active, model.person(BARBARA).address = True, BARBARA
    model.owed = (0, 0, 0)


def misnamed(model: Model) -> None:
    model.groups[FOREIGN] = model.groups.pop(GUIDES)
    model.called[FOREIGN] = GUIDES
    model.owed = (0, 1, 0)


def nothing(model: Model) -> None:
    pass


STORIES = {
    "create user": Story(
        nobody, lambda at: at.client.create_user(BARBARA, "Barbara"), lambda model: model.join(BARBARA, "Barbara")
    ),
    "create user who is there": Story(
        barbara_by_hand,
        lambda at: at.client.create_user(BARBARA, "Barbara"),
        lambda model: model.join(BARBARA, "Barbara"),
    ),
    "create user who was there": Story(
        barbara_gone, lambda at: at.client.create_user(BARBARA, "Babs"), lambda model: model.join(BARBARA, "Babs")
    ),
    "create user who is refused": Story(
        nobody, lambda at: at.client.try_to_create_user(OUTSIDER, "Outsider"), outsider, is_refused=True
    ),
    "patch name": Story(
        barbara, lambda at: at.client.patch_user(BARBARA, displayName="Babs"), change_person(name="Babs")
    ),
    "patch inactive": Story(
        barbara_in_groups, lambda at: at.client.patch_user(BARBARA, active=False), change_person(active=False)
    ),
    "patch active": Story(
        barbara_inactive, lambda at: at.client.patch_user(BARBARA, active=True), change_person(active=True)
    ),
    "patch active who was never invited": Story(
        waiting, lambda at: at.client.patch_user(BARBARA, active=True), arrived
    ),
    "patch address": Story(barbara_in_groups, lambda at: at.client.readdress_user(BARBARA, BABS), readdressed),
    "patch user who vanished": Story(
        barbara_vanished, lambda at: at.client.patch_user(BARBARA, displayName="Babs"), vanished
    ),
    "put user": Story(
        barbara,
        lambda at: at.client.put_user(BARBARA, "Babs", active=False),
        change_person(name="Babs", active=False),
    ),
    "delete user": Story(
        barbara_in_groups, lambda at: at.client.delete_user(BARBARA), lambda model: model.leave(BARBARA)
    ),
    "create group": Story(
        barbara, lambda at: at.client.create_group(GUIDES, BARBARA), regroup(GUIDES, GUIDES, BARBARA)
    ),
    "rename group": Story(barbara_in_groups, lambda at: at.client.rename_group(GUIDES, TOURS), regroup(GUIDES, TOURS)),
    "rename group is refused": Story(
        barbara_in_groups, lambda at: at.client.try_to_rename_group(GUIDES, FOREIGN), misnamed, is_refused=True
    ),
    "put group": Story(
        barbara_in_groups, lambda at: at.client.put_group(GUIDES, TOURS, BARBARA), regroup(GUIDES, TOURS, BARBARA)
    ),
    "delete group": Story(
        barbara_in_groups, lambda at: at.client.delete_group(GUIDES), lambda model: model.groups.pop(GUIDES)
    ),
    "add member": Story(
        barbara,
        lambda at: at.client.add_members(CREW, BARBARA),
        lambda model: model.groups[CREW].add(BARBARA),
    ),
    "remove member": Story(
        barbara_in_groups,
        lambda at: at.client.remove_members(CREW, BARBARA),
        lambda model: model.groups[CREW].discard(BARBARA),
    ),
    "confirm": Story(accepted, lambda at: at.confirm(), nothing, is_tick=True),
    "settle who waits": Story(waiting, lambda at: at.settle(), nothing, is_tick=True),
    "settle": Story(everything_owed, lambda at: at.settle(), nothing, is_tick=True),
}
