"""One process of a crowd that changes the members of one group: `python -m tests.stores.crowd STORE GROUP OPS SEED …`.

Its own people come and go; those it shares with everybody only come. It prints whom of its own it left in the group.
"""

import json
import random
import sys

from scim.ports import Store
from scim.records import Record, Ref, StoreUnavailable
from tests.stores.samples import LATER, event


def open_store(name: str) -> Store:
    """`firestore:PROJECT`, or the path of a SQLite file; each process loads only its own."""
    if name.startswith("firestore:"):
        from scim.stores import firestore  # noqa: PLC0415

        return firestore.open_store(name.removeprefix("firestore:"))
    from scim.stores.sqlite import SqliteStore  # noqa: PLC0415

    return SqliteStore(name)


def main(
    store_name: str, group_id: str, operations: int, seed: int, own: list[str], shared: list[str]
) -> dict[str, bool]:
    store = open_store(store_name)
    chance = random.Random(seed)
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


if __name__ == "__main__":
    name, group_id, operations, seed, own, shared = sys.argv[1:]
    print(json.dumps(main(name, group_id, int(operations), int(seed), json.loads(own), json.loads(shared))))
