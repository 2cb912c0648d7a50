"""What is special to the SQLite store: its file, its connections, and what its statements cost."""

import re
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from scim.records import Backlog, Ledger, Link, Membership, Record, Report, StoreUnavailable
from scim.stores import sqlite_memberships, sqlite_records, sqlite_words
from scim.stores.rows import encode_body
from scim.stores.sqlite import SqliteStore
from scim.stores.sqlite_schema import MIGRATIONS
from tests.stores.samples import AT, event, group, user

HOT_STATEMENTS = {
    f"{module.__name__}.{name}": text
    for module in (sqlite_records, sqlite_memberships)
    for name, text in vars(module).items()
    if isinstance(text, str)
    and re.match(r"\s*(SELECT|UPDATE|DELETE)\b", text)
    and not text.endswith(("AND ", "WHERE "))
}


def run(script: str, *arguments: str, wait: bool = True) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), *arguments], stdout=subprocess.PIPE, text=True
    )
    if wait:
        process.wait(20)
    return process


def test_a_reopened_file_holds_what_was_committed(path: str):
    first = SqliteStore(path)
    barbara = first.create(user(), (), event())
    first.close()

    second = SqliteStore(path)

    assert second.get(barbara.ref) == barbara
    second.close()


def test_what_was_committed_survives_the_death_of_the_process(path: str):
    writer = run(
        """
        import sys
        from scim.stores.sqlite import SqliteStore
        from tests.stores.samples import event, user

        store = SqliteStore(sys.argv[1])
        for number in range(10_000):
            print(store.create(user(f"friend{number}"), (), event()).id, flush=True)
        """,
        path,
        wait=False,
    )
    assert writer.stdout
    promised = [writer.stdout.readline().strip() for _ in range(40)]
    writer.kill()
    promised += writer.stdout.read().split("\n")[:-1]
    writer.wait(10)
    writer.stdout.close()

    store = SqliteStore(path)

    assert set(promised) <= {record.id for record in store.scan("User")}
    store.close()


def test_a_wish_is_on_the_disk_before_it_is_answered(sqlite: SqliteStore):
    """In WAL mode only FULL makes a commit survive a power cut; what settling found out may be found out again."""
    with sqlite._database.note() as db:
        note = db.execute("PRAGMA synchronous").fetchone()[0]
    with sqlite._database.write() as db:
        wish, journal = db.execute("PRAGMA synchronous").fetchone()[0], db.execute("PRAGMA journal_mode").fetchone()[0]

    assert (note, wish, journal) == (1, 2, "wal")


def test_a_file_of_a_newer_release_is_refused_and_left_alone(path: str):
    SqliteStore(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    before = Path(path).read_bytes()

    with pytest.raises(StoreUnavailable, match=r"store\.db was written by a newer release .*deploy that release again"):
        SqliteStore(path)

    assert Path(path).read_bytes() == before


def write_first_schema(path: str, barbara: Record, guides: Record) -> None:
    """The file of the first release: a user who waits, a group she is to be in, and one line of everything else."""
    with sqlite3.connect(path) as db:
        db.executescript(MIGRATIONS[0] + "PRAGMA user_version = 1;")
        resource = "INSERT INTO resources VALUES (?, ?, ?, 1, ?, ?, 7, 42, ?, ?, 6, 0, 2, 'busy', ?)"
        db.execute(resource, (5, "User", barbara.id, encode_body(barbara), AT, "T1", "active", "Ask."))
        db.execute(resource, (6, "Group", guides.id, encode_body(guides), AT, None, None, None))
        db.executemany("INSERT INTO keys VALUES ('User', ?, ?)", [(key, barbara.id) for key in barbara.unique_keys])
        db.execute("INSERT INTO memberships VALUES (?, ?, 1, 42, 9.5, 1, 'busy', NULL)", (guides.id, barbara.id))
        db.execute("INSERT INTO events VALUES (1, '01KE', ?, 'entra', 'old', NULL, NULL, '[]', 'recorded')", (AT,))
        db.execute("INSERT INTO leases VALUES ('target', 'one', 100.0)")
        db.execute("INSERT INTO reports VALUES ('settle', ?, ?, 'healthy', '{}')", (AT, AT))
    db.close()


def test_a_file_of_the_first_release_is_brought_up_to_date_and_keeps_everything(path: str):
    old = Link(None, None, 6, True, 2, None, "busy")
    barbara = replace(user(id="b", link=replace(old, target_id="T1", target_state="active", waiting="Ask.")), version=7)
    guides = replace(group(id="g", link=old), version=7)
    barbara = replace(barbara, group_ids=("g",))
    write_first_schema(path, barbara, guides)

    store = SqliteStore(path)

    assert (store.get(barbara.ref), store.get(guides.ref)) == (barbara, guides)
    assert store.find("User", barbara.unique_keys[0]) == store.waiting("User") == [barbara]
    assert store.unsettled_memberships(9.5, 9) == [Membership("g", "b", True, False, 1, 9.5, "busy")]
    assert [line.action for line in store.events(9)] == ["old"]
    assert not store.acquire_lease("target", "two", now=99.0, ttl=1.0)
    assert store.reports() == [Report("settle", AT, AT, "healthy")]
    assert (store.backlog(), store.ledger("people")) == (Backlog(1, 1, 1), Ledger())
    store.close()


def test_a_file_of_the_first_release_can_hold_removals(path: str):
    barbara, guides = user(id="b"), group(id="g")
    write_first_schema(path, barbara, guides)
    store = SqliteStore(path)
    (edge,) = store.unsettled_memberships(9.5, 9)

    store.save_link(barbara.ref, Link("T1", held_at=1.0), None, None)
    store.postpone_membership(replace(edge, held_at=2.0))
    store.put_ledger("people", Ledger(base=3))

    assert store.backlog().held == len(store.held("User") + store.held_memberships()) == 2
    assert store.ledger("people").base == 3
    store.close()


def test_a_file_that_is_no_store_is_refused_in_a_sentence(path: str):
    Path(path).write_text("Dear diary, today I provisioned Barbara Jensen. " * 100)

    with pytest.raises(StoreUnavailable, match=r"store\.db cannot be used \(file is not a database\)"):
        SqliteStore(path)


@pytest.mark.parametrize("name", ["missing/store.db", "."])
def test_a_place_that_cannot_be_written_is_refused_in_a_sentence(tmp_path: Path, name: str):
    with pytest.raises(StoreUnavailable, match=r"unable to open database file.*directory that exists"):
        SqliteStore(str(tmp_path / name))


def test_a_store_that_others_keep_busy_is_unavailable_and_recovers(path: str):
    store = SqliteStore(path, busy_seconds=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailable, match="database is locked"):
        store.create(user(), (), event())
    other.execute("COMMIT")
    other.close()

    assert store.create(user(), (), event()).version == 1
    store.close()


def test_readers_do_not_wait_for_a_writer(path: str):
    store = SqliteStore(path, busy_seconds=0.05)
    barbara = store.create(user(), (), event())
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    assert store.get(barbara.ref) == barbara

    other.close()
    store.close()


def test_several_processes_may_open_a_new_file_at_once(path: str):
    script = """
        import sys
        from scim.stores.sqlite import SqliteStore
        from tests.stores.samples import event, user

        SqliteStore(sys.argv[1]).create(user(sys.argv[2]), (), event())
        """
    processes = [run(script, path, f"friend{number}", wait=False) for number in range(6)]

    assert [process.wait(30) for process in processes] == [0] * 6
    store = SqliteStore(path)
    assert store.count("User") == 6
    store.close()
    for process in processes:
        process.communicate()


def test_a_store_that_is_open_survives_a_fork(path: str):
    """A connection that is inherited holds no lock of its own: when the parent closes, the child's file is gone."""
    forked = run(
        """
        import os, sys
        from scim.stores.sqlite import SqliteStore
        from tests.stores.samples import event, user

        store = SqliteStore(sys.argv[1])
        store.create(user("parent"), (), event())
        wait, go = os.pipe()
        child = os.fork()
        if not child:
            os.read(wait, 1)
            for number in range(30):
                store.create(user(f"friend{number}"), (), event())
            os._exit(0)
        store.close()
        os.write(go, b".")
        print(os.waitpid(child, 0)[1], store.count("User"))
        """,
        path,
    )
    output, _ = forked.communicate()

    assert output.strip() == "0 31"


def test_threads_that_come_and_go_leave_no_connection_behind(sqlite: SqliteStore):
    open_files = len(list(Path("/proc/self/fd").iterdir()))

    for number in range(20):
        thread = Thread(target=lambda number=number: sqlite.create(user(f"friend{number}"), (), event()))
        thread.start()
        thread.join()

    assert sqlite.count("User") == 20
    assert len(list(Path("/proc/self/fd").iterdir())) <= open_files + 2


def test_threads_share_a_store_in_memory():
    store = SqliteStore(":memory:")
    threads = [
        Thread(target=lambda name=name: [store.create(user(f"{name}-{n}"), (), event()) for n in range(25)])
        for name in ("bjensen", "mpepperidge", "jsmith", "kwalker")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert store.count("User") == 100
    store.close()


def test_the_order_of_records_is_that_of_their_creation(sqlite: SqliteStore):
    made = [sqlite.create(user(f"friend{number}"), (), event()).id for number in range(20)]

    assert [record.id for record in sqlite.scan("User")] == made


def test_only_the_last_events_are_kept(sqlite: SqliteStore):
    sqlite.append_event(event("oldest"))
    with sqlite._database.write() as db:
        db.execute("UPDATE events SET seq = seq + 199999")
        db.execute("UPDATE events SET seq = 1 WHERE action = 'oldest'")
        db.execute("INSERT INTO events VALUES (200000, 'x', 'x', 'x', 'newer', NULL, NULL, '[]', 'recorded')")

    sqlite.append_event(event("newest"))

    assert sorted(line.action for line in sqlite.events(10)) == ["newer", "newest"]


@pytest.mark.parametrize("name", HOT_STATEMENTS)
def test_no_statement_reads_a_whole_table(sqlite: SqliteStore, name: str):
    statement = HOT_STATEMENTS[name]
    numbered = [int(number) for number in re.findall(r"\?(\d+)", statement)]

    with sqlite._database.read() as db:
        values = [None] * max(numbered, default=statement.count("?"))
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}", values)]

    partial = ("VIRTUAL TABLE", "INDEX memberships_held")  # the second holds nothing but what is asked for
    assert not [step for step in plan if step.startswith("SCAN") and not any(part in step for part in partial)]


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (sqlite_records._HELD, "resources_held"),
        (sqlite_records._WAITING, "resources_waiting"),
        (sqlite_memberships._HELD, "memberships_held"),
    ],
)
def test_what_is_rare_is_found_in_order_by_an_index_of_its_own(sqlite: SqliteStore, statement: str, index: str):
    with sqlite._database.read() as db:
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}", ["User"] * statement.count("?1"))]

    assert [step for step in plan if f"INDEX {index} " in f"{step} "]
    assert not [step for step in plan if "ORDER BY" in step]


def test_a_page_of_users_with_their_groups_is_one_statement(sqlite: SqliteStore):
    people = [sqlite.create(user(f"friend{number}"), (), event()).id for number in range(100)]
    sqlite.create(group(), people, event())
    statements: list[str] = []
    with sqlite._database.read() as db:
        db.set_trace_callback(statements.append)

    page = sqlite.page("User", 0, 100)

    assert len(page) == 100
    assert all(person.group_ids for person in page)
    assert len(statements) == 1


def test_a_change_of_one_member_costs_the_same_in_a_large_group(sqlite: SqliteStore):
    people = [sqlite.create(user(f"friend{number}"), (), event()).id for number in range(300)]
    large = sqlite.create(group("Large"), people, event())
    small = sqlite.create(group("Small"), people[:1], event())

    costs = [
        cost(sqlite, lambda team=team: sqlite.change_members(team, (), people[:1], AT, event()))
        for team in (small, large)
    ]

    assert costs[1] <= costs[0] * 1.5


def cost(store: SqliteStore, act: Callable[[], object]) -> int:
    """Steps of SQLite's virtual machine, in fives."""
    ticks: list[None] = []
    with store._database.read() as db:
        db.set_progress_handler(lambda: ticks.append(None), 5)
    act()
    return len(ticks)


def test_a_word_that_many_have_finds_the_same_people_in_the_same_order(monkeypatch: pytest.MonkeyPatch):
    """Another way to the same answer, taken from so many on."""
    store = SqliteStore(":memory:")
    for number in range(40):
        named = {"displayName": f"{('Barbara', 'Mandy')[number % 3 == 0]} Jensen"}
        record = user(f"person{number}")
        store.create(replace(record, document={**record.document, **named}), (), event())
    [_, gone, *_] = store.search("User", "barbara", None, 5)
    store.replace(gone, replace(gone, wanted=False), event())

    def pages() -> list[list[Record]]:
        first = store.search("User", "barb", None, 10)
        return [first, store.search("User", "barb", first[-1].id, 50), store.search("User", "nobody", None, 5)]

    rare = pages()
    monkeypatch.setattr(sqlite_words, "is_common", lambda *_: True)

    assert pages() == rare
    assert [len(page) for page in rare] == [10, 15, 0]


def test_a_word_is_common_from_two_thousand_on():
    store = SqliteStore(":memory:")
    with store._database.write() as db:
        ids = [(f"{number}",) for number in range(2000)]
        db.executemany("INSERT INTO words (kind, word, id) VALUES ('User', 'jensen', ?)", ids)
        common = [sqlite_words.is_common(db, "User", word) for word in ("jens", "jensent", "barbara")]
        db.execute("DELETE FROM words WHERE id = '0'")

        assert common == [True, False, False]
        assert not sqlite_words.is_common(db, "User", "jens")
