"""Identity providers that all talk at once, and whether what they wanted is there afterwards."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests

from scim.jobs.groups import MARK
from scim.records import Backlog
from tests.bridge import GROUP
from tests.crowd.customer import Customer, Person
from tests.crowd.stage import Stage, problems_in_logs, stage

CUSTOMERS = 4
PEOPLE = 6
SHARED = 3
SUSPENDED = ("SUSPENDED", "TRANSFER_SUSPENDED")
World = dict[str, list[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`operations`: requests, and people who accepted. `calls`: of `op`, all processes together. `differences`: from
    what was wanted.
    """

    operations: int
    calls: int
    mails: int
    differences: list[str]


def run(directory: Path, operations: int, seed: int) -> Outcome:
    """`operations` in all, shared out evenly."""
    with stage(directory) as on:
        customers = _customers(on, random.Random(seed))
        with ThreadPoolExecutor(CUSTOMERS) as crowd:
            for done in [crowd.submit(_work, customer, operations // CUSTOMERS) for customer in customers]:
                done.result()
        owed = on.await_settled()
    world, mails = on.account.world(), on.account.mails()
    found = [] if owed == Backlog() else [f"still owed: {owed}"]
    found += [*differences(customers, world, mails), *problems_in_logs(directory)]
    done = sum(customer.done for customer in customers)
    return Outcome(done, sum(on.account.counts().values()), sum(mails.values()), found)


def _work(customer: Customer, operations: int) -> None:
    for _ in range(operations):
        customer.act()


def _customers(on: Stage, chance: random.Random) -> list[Customer]:
    urls = [f"http://127.0.0.1:{port}/scim/v2" for port in on.ports]
    shared = [_make_group(urls[0], on.token, f"Shared {number}") for number in range(SHARED)]
    return [
        Customer(
            random.Random(chance.random()), urls, on.token, on.account,
            [Person(f"c{number}p{each}@example.com") for each in range(PEOPLE)], {id: set() for id in shared},
        )
        for number in range(CUSTOMERS)
    ]  # fmt: skip


def _make_group(url: str, token: str, name: str) -> str:
    body = json.dumps({"schemas": [GROUP], "displayName": name})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}
    id: str = requests.post(f"{url}/Groups", body, headers=headers, timeout=60).json()["id"]
    return id


# ── the judge ─────────────────────────────────────────────────────────────────────────────────────────────


def differences(customers: list[Customer], world: World, mails: dict[str, int]) -> Iterator[str]:
    people = [person for customer in customers for person in customer.people]
    there = {str(each["email"]): each for each in world["people"]}
    if len(there) != len(world["people"]):
        yield "two people have one address"
    for person in people:
        yield from _about(person, there.get(person.address), mails.get(person.address, 0))
    yield from _about_groups(customers, world)


def _about(person: Person, found: dict[str, object] | None, mails: int) -> Iterator[str]:
    if mails != int(person.known):
        yield f"{person.address} was invited {mails} times"
    if found is None:
        if person.known:
            yield f"{person.address} is lost"
        return
    wanted = person.id is not None and person.active
    if wanted is (found["state"] in SUSPENDED):
        yield f"{person.address} is {found['state']}"
    if person.id is not None and found["name"] != person.name:
        yield f"{person.address} is called {found['name']}, not {person.name}"


def _about_groups(customers: list[Customer], world: World) -> Iterator[str]:
    wanted = Counter((name, frozenset(members)) for customer in customers for name, members in customer.groups.values())
    for number, id in enumerate(customers[0].shared):
        wanted[f"Shared {number}", frozenset().union(*(customer.shared[id] for customer in customers))] += 1
    ours = {person.address for customer in customers for person in customer.people}
    there = Counter(
        (str(each["name"]), frozenset(ours.intersection(each["members"])))  # type: ignore[call-overload]
        for each in world["groups"]
        if str(each["description"]).startswith(MARK)
    )
    yield from (f"wanted: {group}" for group in wanted - there)
    yield from (f"not wanted: {group}" for group in there - wanted)
