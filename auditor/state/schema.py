"""The tables of the state's SQLite file, version by version; a step up happens whole, with a copy of the old file beside it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from auditor.errors import Fault, UsageError
from auditor.state.publish import sync

# One entry a version, never changed once released: from version n to n + 1.
STEPS: tuple[str, ...] = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE file (
        id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, path TEXT NOT NULL, kind TEXT NOT NULL, format TEXT NOT NULL,
        encoding TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, rows INTEGER NOT NULL, accepted INTEGER NOT NULL,
        duplicate INTEGER NOT NULL, quarantined INTEGER NOT NULL, blank INTEGER NOT NULL, again INTEGER NOT NULL
    );
    CREATE TABLE segment (
        name TEXT PRIMARY KEY, kind TEXT NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE night (gen INTEGER PRIMARY KEY, as_of TEXT NOT NULL, judged INTEGER NOT NULL);
    """,
)
VERSION = len(STEPS)


def version(db: sqlite3.Connection) -> int:
    """The version of an open state; 0 where it is new."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, path: Path) -> None:
    """Bring the state up to VERSION. Raises UsageError where it is of a newer program."""
    found = version(db)
    if found > VERSION:
        raise UsageError(
            Fault(
                str(path.parent),
                f"holds a state of a newer auditor (version {found}, this one knows {VERSION})",
                "run the newer program, or give another --state",
            )
        )
    if found == VERSION:
        return
    if found:
        _copy(db, path.with_name(f"{path.name}.v{found}"))
    db.execute("BEGIN IMMEDIATE")
    try:
        for step in STEPS[found:]:
            for statement in filter(str.strip, step.split(";")):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _copy(db: sqlite3.Connection, path: Path) -> None:
    aside = path.with_name(f"{path.name}.new")
    aside.unlink(missing_ok=True)
    with closing(sqlite3.connect(aside)) as copy:
        db.backup(copy)
    sync(aside)
    aside.replace(path)
    sync(path.parent)
