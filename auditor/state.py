"""Output that appears whole or not at all, and one run at a time: a lock, a folder built aside, one rename."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auditor.errors import FailedError, Fault, LockedError, UsageError

_MARK = "run.json"  # a folder that holds it was written by a run


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the lock beside `out` for the length of a run.

    The operating system's own lock on a file, so a run that was killed leaves none behind. Raises LockedError.
    """
    place = out.parent / f".{out.name}.lock"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise FailedError(_cannot_write(out.parent, error)) from error
    try:
        _lock(handle, out, place)
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)  # lets the lock go; the empty file stays, as removing it would let two runs lock two files


def _lock(handle: int, out: Path, place: Path) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        owner = place.read_text(encoding="ascii", errors="replace").strip() if sys.platform != "win32" else ""
        who = f" (process {owner})" if owner else ""
        raise LockedError(Fault(str(out), f"another run{who} is writing there", "wait for it, or give another --out")) from error


@contextmanager
def building(out: Path) -> Iterator[Path]:
    """A fresh folder beside `out` that takes its place when the block ends well, and vanishes when it does not.

    An earlier run's folder is replaced; a folder that no run wrote is never touched. Raises UsageError, FailedError.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(Fault(str(out), "is a file", "give a folder with --out"))
    if out.is_dir() and any(out.iterdir()) and not (out / _MARK).is_file():
        raise UsageError(
            Fault(str(out), "is not empty and holds no earlier run's reports", "give an empty or new folder with --out")
        )
    aside = out.parent / f".{out.name}.new"
    try:
        _recover(out)
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True, mode=0o700)
        yield aside
        _sync_tree(aside)
        _replace(aside, out)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise FailedError(_cannot_write(out, error)) from error
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _recover(out: Path) -> None:
    """A run killed between its two renames left the good reports under the old name: put them back."""
    old = out.parent / f".{out.name}.old"
    if old.is_dir() and not out.exists():
        old.replace(out)
    shutil.rmtree(old, ignore_errors=True)


def _replace(aside: Path, out: Path) -> None:
    old = out.parent / f".{out.name}.old"
    if out.exists():
        out.replace(old)
    try:
        aside.replace(out)
    except OSError:
        if old.is_dir():
            old.replace(out)
        raise
    _sync(out.parent)
    shutil.rmtree(old, ignore_errors=True)


def _sync_tree(folder: Path) -> None:
    for root, _, names in os.walk(folder):
        for name in names:
            _sync(Path(root) / name)
        _sync(Path(root))


def _sync(path: Path) -> None:
    if sys.platform == "win32":
        return  # a folder cannot be synced there, and files are written through when closed
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cannot_write(place: Path, error: OSError) -> Fault:
    mends = {
        errno.ENOSPC: "free some space on that disk",
        errno.EDQUOT: "free some space: the quota is used up",
        errno.EROFS: "the disk is read-only: give another --out",
        errno.EACCES: "give another --out, or the right to write there; close its files in Excel",
        errno.EPERM: "give another --out, or the right to write there",
    }
    return Fault(str(place), f"cannot be written ({error.strerror or error})", mends.get(error.errno or 0, "see the message"))
