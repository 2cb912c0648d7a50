"""Several who open a new file at once all get it: SQLite itself tells all but one that it is locked."""

import threading
from pathlib import Path

from scim import sqlite_file


def test_a_new_file_is_opened_by_many_at_once(tmp_path: Path) -> None:
    modes: list[str] = []

    def open_at_once(path: str, start: threading.Barrier) -> None:
        start.wait()
        db = sqlite_file.connect(path, busy_seconds=15)
        modes.append(db.execute("PRAGMA journal_mode").fetchone()[0])
        db.close()

    for n in range(60):
        start = threading.Barrier(4)
        threads = [threading.Thread(target=open_at_once, args=(str(tmp_path / f"{n}.db"), start)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert modes == ["wal"] * 240
