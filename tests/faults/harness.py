"""Runs a night again and again, each time with one thing going wrong, and checks seven promises after each.

    python -m tests.faults                 all faults at every file-system call (an hour), more options with --help

The first night runs undisturbed; the second, with new chats, orders and a notice, is hit. Then, before any repair, what a reader
sees is looked at; then the night is simply run again, and must end like one that was never disturbed.

1 what a reader sees is wholly the old night or wholly the new one    2 the state opens and is sound
3 exit code 0 means that the new night is there                       4 the rerun ends, byte for byte, like an undisturbed night
5 the exports are untouched                                           6 nothing is left lying about
7 nothing hangs; the exit code is one of those promised; a failed run says so on its last line
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import MagicMock

import polars as pl

NONE, KILL, TORN, SHORT, FAIL, POWER = range(6)
OPENED, WRITTEN, SYNCED, RENAMED, REMOVED, MADE, CUT = (1 << n for n in range(7))
EVERY = 127
FOREVER = 1_000_000
PROMISED = (0, 3, 4, 5)
SECONDS = 120
FIRST, SECOND = "2026-03-18T02:00:00+08:00", "2026-03-19T02:00:00+08:00"


@dataclass(frozen=True)
class Fault:
    """What is to go wrong: see shim.c. `prepare` is run in the process before the night (limits, closed files, clocks)."""

    kind: int = NONE
    at: int = 0
    times: int = FOREVER
    error: int = 0
    calls: int = EVERY
    after: bool = False  # the power fails right after the program has ended
    clock: int = 0
    prepare: Callable[[], None] = field(default=lambda: None)


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code (negative: the signal; None: it hung) and the last line of its log."""

    code: int | None
    last: str
    seen: int


class Harness:
    """A folder with the undisturbed nights, and what they look like."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.shim = ctypes.CDLL(None)
        if not hasattr(self.shim, "shim_arm"):
            raise RuntimeError("start with LD_PRELOAD set to the built shim")
        self.failed: dict[str, list[str]] = defaultdict(list)
        self.trials: Counter[str] = Counter()
        warm()
        first = place / "first"
        exports(first / "in", (0, 3))
        ended = self.run(first, FIRST)
        assert ended.code == 0, ended
        self.old = visible(first)[0]
        self.before = place / "before"
        shutil.copytree(first, self.before)
        exports(self.before / "in", (3, 5))
        good = self.fresh("good")
        ended = self.run(good, SECOND)
        assert ended.code == 0, ended
        self.new, problem = visible(good)
        assert not problem, problem
        assert self.new not in (None, self.old)
        self.state, problem = state_of(good)
        assert not problem, problem
        self.inputs = inputs(good)

    # ---- running -------------------------------------------------------------------------------------------------------

    def fresh(self, name: str = "trial") -> Path:
        """The place as it is before the second night."""
        at = self.place / name
        shutil.rmtree(at, ignore_errors=True)
        shutil.copytree(self.before, at)
        return at

    def start(self, at: Path, as_of: str, fault: Fault) -> tuple[int, int]:
        """A process that runs the night: (pid, a pipe on which it tells how many calls it counted)."""
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            code = 70
            try:
                code = self._night(at, as_of, fault)
            finally:
                with contextlib.suppress(OSError):
                    os.write(writer, str(self.shim.shim_seen()).encode())
                if fault.after:
                    self.shim.shim_lose()
                os._exit(code)
        os.close(writer)
        return pid, reader

    def _night(self, at: Path, as_of: str, fault: Fault) -> int:
        log = os.open(at / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(log, 2)
        os.chdir(at)
        fault.prepare()
        self.shim.shim_clock(ctypes.c_long(fault.clock))
        root = os.fsencode(at) + b"/w"
        arguments = (ctypes.c_long(fault.at), ctypes.c_long(fault.times), fault.error, fault.calls)
        self.shim.shim_arm(root, fault.kind or FAIL, *arguments)
        from auditor.cli import main

        command = ["run", "in", "--state", "w/state", "--out", "w/out/reports"]
        command += ["--as-of", as_of, "--jobs", "1", "--rules", "pinduoduo", "--log-json"]
        try:
            main(command)
        except SystemExit as left:
            return int(left.code or 0)
        return 71

    def wait(self, pid: int, reader: int, at: Path) -> Ended:
        """Until it has ended, or for so many seconds."""
        until = time.monotonic() + SECONDS
        status = None
        while time.monotonic() < until:
            done, told = os.waitpid(pid, os.WNOHANG)
            if done:
                status = told
                break
            time.sleep(0.005)
        if status is None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        seen = os.read(reader, 64)
        os.close(reader)
        lines = (at / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines() if (at / "log").exists() else []
        code = None if status is None else os.waitstatus_to_exitcode(status)
        return Ended(code, lines[-1] if lines else "", int(seen or 0))

    def run(self, at: Path, as_of: str = SECOND, fault: Fault = Fault()) -> Ended:
        """One night in a process of its own."""
        (at / "w" / "out").mkdir(parents=True, exist_ok=True)
        return self.wait(*self.start(at, as_of, fault), at)

    def calls(self, calls: int = EVERY) -> int:
        """How many calls of those kinds an undisturbed second night makes."""
        return self.run(self.fresh(), fault=Fault(FAIL, at=FOREVER, calls=calls)).seen

    # ---- judging -------------------------------------------------------------------------------------------------------

    def judge(self, name: str, tag: str, ended: Ended, at: Path, allowed: tuple[int, ...] = PROMISED, told: bool = True) -> None:
        """Check the promises, run the night again, check again."""
        self.trials[name] += 1
        bad = [f"1 {problem}" for problem in self._seen(at)]
        _, problem = state_of(at)
        bad += [f"2 {problem}"] if problem else []
        if ended.code == 0 and visible(at)[0] != self.new:
            bad.append("3 exit code 0, but the new night is not there")
        if ended.code is None:
            bad.append("7 it hangs")
        elif ended.code >= 0:
            bad += [f"7 exit code {ended.code}"] if ended.code not in allowed else []
            bad += [] if not told or '"run_end"' in ended.last else [f"7 no run_end: {ended.last[-120:]}"]
        again = self.run(at)
        sight, problem = visible(at)
        if again.code != 0 or problem or sight != self.new:
            bad.append(f"4 the rerun: exit code {again.code}, {problem or 'another result'} {again.last[-160:]}")
        elif state_of(at)[0] != self.state:
            bad.append("4 the rerun: another state")
        bad += ["5 the exports changed"] if inputs(at) != self.inputs else []
        bad += [f"6 {name} lies about" for name in leftovers(at)]
        self.failed[name] += [f"{tag}: {each}" for each in bad]

    def _seen(self, at: Path) -> Iterator[str]:
        sight, problem = visible(at)
        if problem:
            yield problem
        elif sight not in (self.old, self.new):
            yield "what is seen is neither the old night nor the new one"

    def hit(self, name: str, tag: str, fault: Fault) -> None:
        """One trial."""
        at = self.fresh()
        self.judge(name, tag, self.run(at, fault=fault), at)


# ---- the world of a trial ---------------------------------------------------------------------------------------------------


def warm() -> None:
    """Load what every night loads, once; nothing that starts threads, as these do not live through a fork."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    _without_polars()
    from auditor import audit, rulebook  # noqa: F401 - loaded for the children
    from auditor.cli import main, run  # noqa: F401
    from auditor.model import LANGS
    from auditor.reading.words import word_list
    from auditor.rulesdir import RULES

    packs = rulebook.load()
    rulebook.load = lambda *_: packs
    for path in sorted((RULES / "words").rglob("*.yaml")):
        lang, _, name = path.relative_to(RULES / "words").with_suffix("").as_posix().partition("/")
        if lang in LANGS:
            words = word_list(name, lang)
            _ = words is not None and (words.needed, words.gate)
    gc.freeze()


def _without_polars() -> None:
    """Load the formats that are data without asking Polars about their times: that would start its threads."""
    real = pl.Series.str
    pl.Series.str = property(lambda _: MagicMock())
    try:
        import auditor.ingest.formats  # noqa: F401
    finally:
        pl.Series.str = real


def exports(folder: Path, numbers: tuple[int, int]) -> None:
    """Chats, orders and a notice of one night; invented."""
    folder.mkdir(parents=True, exist_ok=True)
    chats, orders = [], []
    for n in range(numbers[0] - (numbers[0] > 0), numbers[1]):  # the last chat of the earlier night goes on
        day = 10 + n
        texts = [("buyer", "什么时候发货"), ("agent", "今天一定给您发"), ("buyer", "包邮吗"), ("agent", "不包邮，别问了烦死了")]
        for m, (role, text) in enumerate(texts if n >= numbers[0] else [("buyer", "还没发吗")]):
            line = {
                "conversation_id": f"c{n}",
                "sent_at": f"2026-03-{day}T1{m + 5 * (n < numbers[0])}:00:00+08:00",
                "sender_role": role,
            }
            line |= {"sender_id": f"客服{n % 2}" if role == "agent" else f"b{n}", "text": text, "platform": "pinduoduo"}
            chats.append({**line, "shop_id": "s1", "buyer_id": f"b{n}", "order_id": f"o{n}"})
        orders.append({"order_id": f"o{n}", "shop_id": "s1", "paid_at": f"2026-03-{day}T09:00:00+08:00", "platform": "pinduoduo"})
        orders[-1]["shipped_at"] = f"2026-03-{day + 2}T09:00:00+08:00"
    notice = {"notice_id": f"N{numbers[0]}", "platform": "pinduoduo", "shop_id": "s1", "conversation_id": f"c{numbers[0]}"}
    notice |= {"issued_at": "2026-03-18T20:00:00+08:00", "appeal_by": "2026-03-21T20:00:00+08:00", "reason": "虚假发货"}
    for name, rows in (("chats", chats), ("orders", orders), ("notices", [notice] if numbers[0] else [])):
        if rows:
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (folder / f"{numbers[0]}-{name}.jsonl").write_text(text, encoding="utf-8")


def visible(at: Path) -> tuple[str | None, str]:
    """(what a reader of the reports sees, as a digest; what is wrong with it)."""
    out = at / "w" / "out" / "reports"
    if not out.exists():
        return None, "there are no reports"
    found = hashlib.sha256()
    for path in sorted(p for p in out.rglob("*") if p.is_file()):
        content = path.read_bytes()
        if path.name == "run.json":
            try:
                content = json.dumps({k: v for k, v in json.loads(content).items() if k != "timings_s"}).encode()
            except ValueError:
                return None, "run.json is torn"
        if path.suffix in (".zip", ".xlsx") and (not zipfile.is_zipfile(path) or zipfile.ZipFile(path).testzip()):
            return None, f"{path.name} is torn"
        found.update(path.relative_to(out).as_posix().encode() + b"\0" + hashlib.sha256(content).digest())
    return found.hexdigest(), ""


def state_of(at: Path) -> tuple[str | None, str]:
    """(all that the state knows, as a digest; what is wrong with it)."""
    folder = at / "w" / "state"
    found = hashlib.sha256()
    try:
        with contextlib.closing(sqlite3.connect(f"file:{folder / 'state.sqlite'}?mode=rw", uri=True)) as db:
            if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                return None, "the state's file is not sound"
            for table in ("meta", "file", "segment", "night"):
                for row in db.execute(f"SELECT * FROM {table} ORDER BY 1"):  # noqa: S608 - names of our own
                    found.update(repr(row).encode())
            for name, digest in db.execute("SELECT name, sha256 FROM segment"):
                if hashlib.sha256((folder / "segments" / name).read_bytes()).hexdigest() != digest:
                    return None, f"{name} is not what was written"
    except (sqlite3.Error, OSError) as error:
        return None, f"the state: {error}"
    return found.hexdigest(), ""


def inputs(at: Path) -> dict[str, bytes]:
    """The exports."""
    return {path.name: path.read_bytes() for path in sorted((at / "in").iterdir())}


def leftovers(at: Path) -> list[str]:
    """What a night that ended well has no business leaving."""
    state = at / "w" / "state"
    found = [p.name for p in (at / "w" / "out").iterdir() if p.name != "reports"]
    ours = {"state.sqlite", "segments", "lock", "heartbeat.json", "deadlines.json"}
    found += [p.name for p in state.iterdir() if p.name not in ours]
    with contextlib.closing(sqlite3.connect(state / "state.sqlite")) as db:
        named = {name for (name,) in db.execute("SELECT name FROM segment")}
    return found + [p.name for p in (state / "segments").iterdir() if p.name not in named]


def spread(count: int, step: int) -> list[int]:
    """Every `step`-th call, the first and the last among them."""
    return sorted({*range(1, count + 1, step), count} - {0})


ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EROFS": errno.EROFS, "EACCES": errno.EACCES, "EDQUOT": errno.EDQUOT}
RANDOM = random.Random(7)
PLATFORM_OK = sys.platform.startswith("linux")
