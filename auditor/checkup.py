"""What `auditor doctor` looks at: each check says what it saw and, where it is bad, how to mend it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from zoneinfo import ZoneInfo

from auditor import rulebook
from auditor.errors import UsageError
from auditor.worktime import is_working_day

Check = tuple[str, bool, str]
_OLDEST_CLOCK = datetime(2026, 1, 1, tzinfo=UTC)  # the program is younger than that


def checkup() -> Iterator[Check]:
    """(what, whether it is well, what was seen)."""
    yield _python()
    yield from _packages()
    yield _rules()
    yield _write_access()
    yield _fonts()
    yield from _clock()


def _python() -> Check:
    return (
        "Python",
        sys.version_info >= (3, 11),
        sys.version.split()[0] + ("" if sys.version_info >= (3, 11) else "; needs 3.11 or newer"),
    )


def _packages() -> Iterator[Check]:
    wanted = [line.partition(";") for line in requires("auditor") or ()]
    names = [
        name.split(">")[0].split("=")[0].split("<")[0].split("[")[0].strip()
        for name, _, marker in wanted
        if "extra" not in marker
    ]
    missing = []
    for name in names:
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    told = f"missing: {', '.join(missing)}; run the README's set-up line again" if missing else f"{len(names)} there"
    yield "packages", not missing, told


def _rules() -> Check:
    try:
        packs = rulebook.load()
    except UsageError as error:
        return "rule packs", False, f"{len(error.faults)} faults; `auditor rules validate` lists them"
    return "rule packs", True, ", ".join(f"{pack.id} {pack.version} ({len(pack.rules)})" for pack in packs)


def _write_access() -> Check:
    place = Path("reports") if Path("reports").is_dir() else Path.cwd()
    try:
        with tempfile.TemporaryDirectory(dir=place):
            free = shutil.disk_usage(place).free // 2**20
    except OSError as error:
        return "reports", False, f"{place}: {error.strerror}; run from a folder you may write in, or give --out"
    return "reports", free > 500, f"{place} can be written, {free:,} MiB free"


def _fonts() -> Check:
    if os.name == "nt" or sys.platform == "darwin" or not shutil.which("fc-list"):
        return "fonts", True, "the system's own (reports name several, the viewer picks one)"
    found = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False).stdout
    told = "Chinese is there" if found else "no Chinese font: reports are right, but this machine shows boxes; install a CJK font"
    return "fonts", bool(found), told


def _clock() -> Iterator[Check]:
    now = datetime.now(UTC)
    sane = now > _OLDEST_CLOCK
    yield "clock", sane, now.isoformat(timespec="seconds") + ("" if sane else "; set the machine's clock, deadlines hang on it")
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    shanghai, warsaw = (noon.astimezone(ZoneInfo(name)).hour for name in ("Asia/Shanghai", "Europe/Warsaw"))
    zones = (shanghai, warsaw) == (20, 14)
    yield "zones", zones, f"tzdata {version('tzdata')}" if zones else "time zone data are wrong; reinstall tzdata"
    known = is_working_day(now.date(), "CN")
    year = now.year
    told = (
        f"China {year} known"
        if known is not None
        else f"China {year} not known yet: promises in business days stay unjudged; update `holidays`"
    )
    yield "calendar", known is not None, told
