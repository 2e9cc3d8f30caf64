"""The memory of earlier nights: an SQLite file that names what is valid, and Parquet files that hold it.

A Parquet file never changes. A night writes its own beside the others, makes them durable, and names them in one transaction;
what no row names is what a night left that was killed, and is removed by the next.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path

import orjson
import polars as pl

from auditor.errors import FailedError, Fault, UsageError
from auditor.model import InputFile
from auditor.state import schema
from auditor.state.heartbeat import DEADLINES, HEARTBEAT
from auditor.state.place import refuse_network
from auditor.state.publish import cannot_write, sync, taken

FILE = "state.sqlite"
SEGMENTS = "segments"
_OURS = frozenset({"lock", SEGMENTS, "work", HEARTBEAT, DEADLINES, f".{HEARTBEAT}.new", f".{DEADLINES}.new"})
_COLUMNS = tuple(field.name for field in fields(InputFile))
_MEND = "restore the folder from a backup, or run once with --full and all exports to build it anew"


@dataclass(frozen=True, slots=True)
class Segment:
    """A Parquet file of the state: its name below `segments/`, the table that it is a piece of, its size and digest."""

    name: str
    kind: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class KnownFile:
    """An input file that the state knows by its number; `again`: it held rows of the future, and is read again."""

    id: int
    input: InputFile
    again: bool


class Store:
    """An open, locked state. Read with the properties; a night ends with `commit`."""

    def __init__(self, folder: Path, db: sqlite3.Connection) -> None:
        self.folder = folder
        self.db = db

    # ---- opening -------------------------------------------------------------------------------------------------------

    @classmethod
    @contextmanager
    def opened(cls, folder: Path, full: bool = False) -> Iterator[Store]:
        """The state in `folder`, locked for the length of the run; made where there is none.

        `full`: nothing in it is believed, and `commit` replaces it. Raises LockedError, UsageError, FailedError.
        """
        refuse_network(folder)
        if folder.exists() and not folder.is_dir():
            raise UsageError(Fault(str(folder), "is a file", "give a folder with --state"))
        if folder.is_dir() and any(p.name not in _OURS for p in folder.iterdir()) and not (folder / FILE).exists():
            raise UsageError(Fault(str(folder), "is not empty and holds no state", "give --state an empty or new folder"))
        try:
            (folder / SEGMENTS).mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = taken(folder / "lock", folder)
        except OSError as error:
            raise FailedError(cannot_write(folder, error)) from error
        db = None
        try:
            db = _connected(folder, full)
            store = cls(folder, db)
            store._clean()
            if not full:
                store._verify()
            yield store
        except (OSError, pl.exceptions.PolarsError) as error:
            raise FailedError(_not_worked(folder, error)) from error
        except sqlite3.OperationalError as error:
            fault = Fault(str(folder), f"the state cannot be written ({error})", "look at the disk, then run again")
            raise FailedError(fault) from error
        except sqlite3.DatabaseError as error:
            raise FailedError(Fault(str(folder / FILE), f"is damaged ({error})", _MEND)) from error
        finally:
            if db is not None:
                db.close()
            with suppress(OSError):
                os.ftruncate(handle, 0)  # nobody is at work any more
            os.close(handle)

    def _clean(self) -> None:
        """Remove what no row names: a night that was killed left it."""
        named = {segment.name for segment in self.segments()}
        for path in (self.folder / SEGMENTS).iterdir():
            if path.name not in named:
                with suppress(OSError):
                    path.unlink()

    def _verify(self) -> None:
        problem = next((p for p in map(self._trouble, self.segments()) if p), None)
        if problem is None and self.meta("digest") not in (None, self._digest()):
            problem = Fault(str(self.folder / FILE), "is damaged: its rows are not those that were written", _MEND)
        if problem is not None:
            raise FailedError(problem)

    def _trouble(self, segment: Segment) -> Fault | None:
        path = self.folder / SEGMENTS / segment.name
        try:
            with path.open("rb") as stream:
                whole = hashlib.file_digest(stream, "sha256").hexdigest() == segment.sha256
        except OSError as error:
            return Fault(str(path), f"cannot be read ({error.strerror})", _MEND)
        return None if whole else Fault(str(path), "is damaged: its bytes are not those that were written", _MEND)

    def _digest(self) -> str:
        """Of all rows but the digest itself: SQLite does not notice a flipped bit in a text."""
        found = hashlib.sha256()
        for table, order in (("meta", "key"), ("file", "id"), ("segment", "name"), ("night", "gen")):
            for row in self.db.execute(f"SELECT * FROM {table} ORDER BY {order}"):  # noqa: S608 - names of our own
                if row[0] != "digest":
                    found.update(orjson.dumps([table, *row]))
        return found.hexdigest()

    # ---- reading -------------------------------------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """A value by its key."""
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def files(self) -> list[KnownFile]:
        """Every file that was read, by number."""
        rows = self.db.execute(f"SELECT id, again, {', '.join(_COLUMNS)} FROM file ORDER BY id")  # noqa: S608 - names of our own
        return [KnownFile(row[0], InputFile(*row[2:]), bool(row[1])) for row in rows]

    def segments(self, kind: str | None = None) -> list[Segment]:
        """The Parquet files, of one table or all."""
        rows = self.db.execute("SELECT name, kind, rows, bytes, sha256 FROM segment ORDER BY name")
        return [segment for row in rows if kind in (None, (segment := Segment(*row)).kind)]

    def paths(self, kind: str) -> list[str]:
        """Where the pieces of a table lie, oldest first."""
        return [str(self.folder / SEGMENTS / segment.name) for segment in self.segments(kind)]

    def nights(self) -> dict[int, str]:
        """Number of each night that judged something → its as-of."""
        return dict(self.db.execute("SELECT gen, as_of FROM night ORDER BY gen").fetchall())

    # ---- writing -------------------------------------------------------------------------------------------------------

    def stem(self, gen: int) -> Path:
        """Where the night's Parquet files go; a suffix makes them unique."""
        return self.folder / SEGMENTS / f"{gen:06d}"

    def write(self, gen: int, kind: str, frame: pl.DataFrame) -> str | None:
        """One piece of a table; its path, None where there is nothing to write."""
        if not frame.height:
            return None
        path = f"{self.stem(gen)}-{kind}.parquet"
        frame.write_parquet(path, compression="zstd", compression_level=1)
        return path

    def adopted(self, path: str) -> str:
        """A Parquet file among those of the state: itself, or a copy where it was written elsewhere."""
        place = self.folder / SEGMENTS / Path(path).name
        if Path(path).parent.absolute() != place.parent.absolute():
            shutil.copyfile(path, place)
        return str(place)

    def measured(self, kind: str, path: str) -> Segment:
        """A Parquet file that was just written, made durable and weighed."""
        place = Path(path)
        sync(place)
        with place.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        rows = pl.scan_parquet(path).select(pl.len()).collect().item()
        return Segment(place.name, kind, rows, place.stat().st_size, digest)

    def commit(
        self,
        *,
        new: Sequence[Segment],
        gone: Sequence[str] = (),
        files: Sequence[KnownFile] = (),
        meta: Mapping[str, str] | None = None,
        night: tuple[int, str, int] | None = None,
        full: bool = False,
    ) -> None:
        """All of a night, or nothing of it. `gone`: names of segments that nothing needs any more."""
        sync(self.folder / SEGMENTS)
        self.db.execute("BEGIN IMMEDIATE")
        try:
            if full:
                for table in ("file", "segment", "night", "meta"):
                    self.db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
            self.db.executemany("DELETE FROM segment WHERE name = ?", [(name,) for name in gone])
            self.db.executemany("INSERT OR REPLACE INTO segment VALUES (?,?,?,?,?)", [_row(segment) for segment in new])
            places = ",".join("?" * (len(_COLUMNS) + 2))
            self.db.executemany(
                f"INSERT OR REPLACE INTO file (id, again, {', '.join(_COLUMNS)}) VALUES ({places})",  # noqa: S608
                [(f.id, int(f.again), *(getattr(f.input, name) for name in _COLUMNS)) for f in files],
            )
            self.db.executemany("INSERT OR REPLACE INTO meta VALUES (?,?)", sorted((meta or {}).items()))
            if night is not None:
                self.db.execute("INSERT OR REPLACE INTO night VALUES (?,?,?)", night)
            self.db.execute("INSERT OR REPLACE INTO meta VALUES ('digest', ?)", (self._digest(),))
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise
        self._clean()


def _row(segment: Segment) -> tuple[str, str, int, int, str]:
    return segment.name, segment.kind, segment.rows, segment.bytes, segment.sha256


def _connected(folder: Path, full: bool) -> sqlite3.Connection:
    path = folder / FILE
    try:
        return _open(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        if not full:
            raise
    for name in (FILE, f"{FILE}-journal", f"{FILE}-wal", f"{FILE}-shm"):  # damaged, and nobody wants it
        (folder / name).unlink(missing_ok=True)
    return _open(path)


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=5)
    try:
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")
        _refuse_damage(db)
        path.chmod(0o600)
        schema.migrate(db, path)
    except BaseException:
        db.close()
        raise
    return db


def _not_worked(folder: Path, error: Exception) -> Fault:
    if isinstance(error, OSError):
        return cannot_write(folder, error)
    return Fault(
        str(folder), f"a table could not be read or written ({error})", "look at the disk and its free space, then run again"
    )


def _refuse_damage(db: sqlite3.Connection) -> None:
    if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("its pages contradict each other")


def numbered(files: Sequence[KnownFile], inputs: Sequence[InputFile]) -> list[KnownFile]:
    """Tonight's files with their numbers: those that the state knows keep theirs, the others get the next ones."""
    numbers = {file.input.sha256: file for file in files}
    following = max((file.id for file in files), default=-1) + 1
    found = []
    for item in inputs:
        known = numbers.get(item.sha256)
        if known is None:
            known = numbers[item.sha256] = KnownFile(following, item, False)
            following += 1
        found.append(replace(known, input=replace(item, path=known.input.path)))
    return found
