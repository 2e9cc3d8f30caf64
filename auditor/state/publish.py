"""Output that appears whole or not at all, and one run at a time: a lock, a folder built aside, one rename."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from auditor.errors import FailedError, Fault, LockedError, UsageError

_HERE = -100  # AT_FDCWD
_EXCHANGE = 2  # RENAME_EXCHANGE
_MARK = "run.json"  # a folder that holds it was written by a run


def check(out: Path) -> None:
    """Refuse a place that a run may not take, before hours of work: a file, a folder that no run wrote. Raises UsageError."""
    if not out.name or out.name == "..":
        raise UsageError(Fault(str(out), "cannot be replaced by a run's folder", "give a folder of its own with --out"))
    if out.exists() and not out.is_dir():
        raise UsageError(Fault(str(out), "is a file", "give a folder with --out"))
    if out.is_dir() and any(out.iterdir()) and not (out / _MARK).is_file():
        raise UsageError(
            Fault(str(out), "is not empty and holds no earlier run's reports", "give an empty or new folder with --out")
        )


def probe(out: Path) -> None:
    """Say at once, before anything heavy is loaded, what `locked` would say. Raises LockedError, UsageError; writes nothing."""
    check(out)
    place = out.parent / f".{out.name}.lock"
    with suppress(OSError):
        handle = os.open(place, os.O_RDWR)
        _lock(handle, out, place)
        os.close(handle)


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the lock beside `out` for the length of a run; nothing of it stays. Raises LockedError, UsageError, FailedError.

    The operating system's own lock on a file, so a run that was killed locks nobody out.
    """
    place = out.parent / f".{out.name}.lock"
    try:
        check(out)
        made = [each for each in out.parents if not each.exists()]
        out.parent.mkdir(parents=True, exist_ok=True)
        handle = taken(place, out)
    except OSError as error:
        raise FailedError(cannot_write(out.parent, error)) from error
    try:
        yield
    finally:
        if sys.platform != "win32":
            with suppress(OSError):
                place.unlink(missing_ok=True)  # while the lock is held: who waits for it sees that the file is gone
        os.close(handle)
        with suppress(OSError):
            if sys.platform == "win32":
                place.unlink(missing_ok=True)
            for folder in made:  # the run came to nothing: leave no empty folders
                folder.rmdir()


def taken(place: Path, out: Path) -> int:
    """Lock the file `place` in the name of `out`: its handle, which holds the lock until it is closed. Raises LockedError."""
    handle = _opened(place)
    while not _lock(handle, out, place):  # its owner removed the file between our opening and our locking
        os.close(handle)
        handle = _opened(place)
    return handle


def _opened(place: Path) -> int:
    return os.open(place, os.O_RDWR | os.O_CREAT, 0o600)


def _lock(handle: int, out: Path, place: Path) -> bool:
    """Whether the lock is held, and on the file that everyone else will open. Raises LockedError."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            return True
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        owner = place.read_text(encoding="ascii", errors="replace").strip() if sys.platform != "win32" else ""
        who = f" (process {owner})" if owner else ""
        os.close(handle)
        raise LockedError(Fault(str(out), f"another run{who} is at work there", "wait for it, or give another folder")) from error
    if not place.exists() or not os.path.samestat(os.fstat(handle), place.stat()):
        return False
    os.ftruncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())
    return True


@contextmanager
def building(out: Path) -> Iterator[Path]:
    """A fresh folder beside `out` that takes its place when the block ends well, and vanishes when it does not.

    An earlier run's folder is replaced; a folder that no run wrote is never touched. Raises UsageError, FailedError.
    """
    check(out)
    aside = out.parent / f".{out.name}.new"
    try:
        _recover(out)
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True, mode=0o700)
        yield aside
        sync_tree(aside)
        _replace(aside, out)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise FailedError(cannot_write(out, error)) from error
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


@contextmanager
def work_folder(place: Path) -> Iterator[Path]:
    """A name for files that the run alone needs; what lies there is removed before and after. Raises FailedError."""
    shutil.rmtree(place, ignore_errors=True)
    try:
        yield place
    except OSError as error:
        raise FailedError(cannot_write(place.parent, error)) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _recover(out: Path) -> None:
    """A run killed between its two renames left the good reports under the old name: put them back."""
    old = out.parent / f".{out.name}.old"
    if old.is_dir() and not out.exists():
        old.replace(out)
    shutil.rmtree(old, ignore_errors=True)


def _replace(aside: Path, out: Path) -> None:
    old = out.parent / f".{out.name}.old"
    if out.exists() and _exchanged(aside, out):
        sync(out.parent)
        shutil.rmtree(aside, ignore_errors=True)
        return
    if out.exists():
        out.replace(old)
    try:
        aside.replace(out)
    except OSError:
        if old.is_dir():
            old.replace(out)
        raise
    sync(out.parent)
    shutil.rmtree(old, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Swap two folders in one step, so that a reader always finds one of them; False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    if libc.renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):  # the file system cannot
        return False
    raise OSError(code, os.strerror(code), str(other))


def sync_tree(folder: Path) -> None:
    """Make sure that a folder and all in it would outlive a power cut."""
    for root, _, names in os.walk(folder):
        for name in names:
            sync(Path(root) / name)
        sync(Path(root))


def sync(path: Path) -> None:
    """Make sure that a file, or the names in a folder, would outlive a power cut."""
    if sys.platform == "win32":
        return  # a folder cannot be synced there, and files are written through when closed
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def cannot_write(place: Path, error: OSError) -> Fault:
    """Why a place cannot be written to, and what helps."""
    mends = {
        errno.ENOSPC: "free some space on that disk",
        errno.EDQUOT: "free some space: the quota is used up",
        errno.EROFS: "the disk is read-only: give another --out",
        errno.EACCES: "give another --out, or the right to write there; close its files in Excel",
        errno.EPERM: "give another --out, or the right to write there",
    }
    return Fault(str(place), f"cannot be written ({error.strerror or error})", mends.get(error.errno or 0, "see the message"))
