"""What the user named → the files to read: folders whole, globs spelt out, nothing twice, always in the same order."""

from __future__ import annotations

import fnmatch
import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import Fault, UsageError

# Documentation and goldens that lie in folders of exports.
SKIPPED = ("*.md", "*.rst", "readme*", "license*", "expected*.jsonl")
# What programs name a file that they are still writing, or have open.
UNFINISHED = ("*.part", "*.partial", "*.crdownload", "*.download", "*.tmp", "~$*")
_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Named:
    """A file to read: where it is, how the user named it, and the kind that an option says (None: by content).

    `member`: the entry of the zip file `path` that is meant, "" for the file itself.
    """

    path: Path
    shown: str
    kind: str | None
    member: str = ""

    def unfinished(self) -> bool:
        """Whether its name says that a program is still writing it."""
        return any(fnmatch.fnmatch(self.path.name.casefold(), pattern) for pattern in UNFINISHED)

    def stamp(self) -> tuple[int, int] | None:
        """Its size and the nanosecond it was changed: what stays as it is while nobody writes it."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_size, status.st_mtime_ns


def find(inputs: Sequence[str], orders: Sequence[str], penalties: Sequence[str], facts: str | None) -> list[Named]:
    """All files, sorted by path. Raises UsageError naming every path that is not there and every glob without a match."""
    faults: list[Fault] = []
    found: dict[Path, Named] = {}
    groups = (("orders", orders), ("penalties", penalties), ("facts", [facts] if facts else []), (None, inputs))
    for kind, names in groups:  # explicit kinds first: a file in a folder of inputs keeps what its option says
        for name in names:
            paths = list(_expand(name, faults))
            if kind and not paths and Path(name).is_dir():
                faults.append(Fault(name, f"the folder holds no file for --{kind}", "name the file"))
            for path in paths:
                found.setdefault(_place(path), Named(path, shown(path), kind))
    if faults:
        raise UsageError(faults)
    return sorted(found.values(), key=lambda named: named.shown)


def shown(path: Path) -> str:
    """A path as it is written in reports and logs: one line of characters that every file can hold."""
    plain = path.as_posix().encode("utf-8", "replace" if path.as_posix().isprintable() else "backslashreplace").decode("utf-8")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in plain)


def _place(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # links that go round in a circle
        return path.absolute()


def _expand(name: str, faults: list[Fault]) -> Iterator[Path]:
    path = Path(name)
    if path.is_dir():
        yield from _inside(path)
    elif path.exists() or path.is_symlink():
        yield path
    elif _MAGIC & set(name):
        matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute patterns
        if not matches:
            faults.append(Fault(name, "no file matches", "check the folder and the pattern"))
        for match in matches:
            yield from _inside(Path(match)) if Path(match).is_dir() else [Path(match)]
    else:
        faults.append(Fault(name, "there is no such file or folder", "check the spelling"))


def _inside(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") for part in parts) or (path.is_dir() and not path.is_symlink()):
            continue
        if not any(fnmatch.fnmatch(path.name.casefold(), pattern) for pattern in SKIPPED):
            yield path
