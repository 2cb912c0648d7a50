"""A crowd of processes that change the members of one group: `python -m tests.stores.crowd` with `main`'s arguments.

Each process has people of its own who come and go; those all share only come. It prints whom each left in the group.
"""

import json
import random
import sys
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context

from scim.ports import Store
from scim.records import Record, Ref, StoreUnavailable
from tests.stores.samples import LATER, event


def opener(name: str) -> Callable[[], Store]:
    """For `firestore:PROJECT` or the path of a SQLite file. What is needed is imported once, for all processes."""
    if name.startswith("firestore:"):
        from scim.stores.firestore import open_store  # noqa: PLC0415

        return partial(open_store, name.removeprefix("firestore:"))
    from scim.stores.sqlite import SqliteStore  # noqa: PLC0415

    return partial(SqliteStore, name)


def come_and_go(
    open_store: Callable[[], Store], group_id: str, operations: int, shared: list[str], own: list[str]
) -> dict[str, bool]:
    store = open_store()
    chance = random.Random(own[0])
    group = store.get(Ref("Group", group_id))
    assert group
    left = dict.fromkeys(own, False)
    for _ in range(operations):
        changed = {person: chance.random() < 0.5 for person in chance.sample(own, chance.randint(1, 3))}
        left |= changed
        grants = [person for person, wanted in changed.items() if wanted] + chance.sample(shared, 1)
        change(store, group, grants, [person for person, wanted in changed.items() if not wanted])
    store.close()
    return left


def change(store: Store, group: Record, grants: list[str], revokes: list[str]) -> None:
    """An identity provider repeats what was answered by a 503."""
    for _ in range(5):
        try:
            store.change_members(group, grants, revokes, LATER, event("group.members"))
        except StoreUnavailable:
            continue
        return
    raise AssertionError("The store stayed away.")


def main(name: str, group_id: str, operations: str, owned: str, shared: str) -> list[dict[str, bool]]:
    work = partial(come_and_go, opener(name), group_id, int(operations), json.loads(shared))
    people = json.loads(owned)
    with get_context("fork").Pool(len(people)) as processes:
        return processes.map(work, people, chunksize=1)


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
