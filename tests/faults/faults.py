"""The faults, each with the places that it hits."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.harness import (
    CUT,
    ERRORS,
    EVERY,
    FAIL,
    KILL,
    POWER,
    RANDOM,
    SHORT,
    SYNCED,
    TORN,
    WRITTEN,
    Ended,
    Fault,
    Harness,
    spread,
)


def everywhere(
    name: str, kind: int, calls: int = EVERY, error: int = 0, times: int = 1_000_000
) -> Callable[[Harness, int], None]:
    """A fault at every call of those kinds."""

    def trial(harness: Harness, step: int) -> None:
        count = harness.calls(calls)
        for at in spread(count, step):
            harness.hit(name, f"call {at} of {count}", Fault(kind, at, times, error, calls))

    return trial


def power_after_the_end(harness: Harness, _: int) -> None:
    at = harness.fresh()
    ended = harness.run(at, fault=Fault(POWER, at=-1, after=True))
    harness.judge("power_after_the_end", "after exit", ended, at)


def killed_twice(harness: Harness, step: int) -> None:
    count = harness.calls()
    for first in spread(count, 7 * step):
        at = harness.fresh()
        harness.run(at, fault=Fault(KILL, first))
        second = max(1, first * 5 % count)
        harness.judge("killed_twice", f"calls {first} and {second} of {count}", harness.run(at, fault=Fault(KILL, second)), at)


def killed_at_random(kills: int) -> Callable[[Harness, int], None]:
    def trial(harness: Harness, _: int) -> None:
        at = harness.fresh()
        begun = time.monotonic()
        harness.run(at)
        whole = time.monotonic() - begun
        for number in range(kills):
            at = harness.fresh()
            pid, reader = harness.start(at, "2026-03-19T02:00:00+08:00", Fault())
            time.sleep(RANDOM.uniform(0, whole))
            os.kill(pid, signal.SIGKILL if number % 5 else signal.SIGTERM)
            harness.judge(
                "killed_at_random", f"try {number}", harness.wait(pid, reader, at), at, allowed=(*range(256),), told=False
            )

    return trial


def at_once(harness: Harness, _: int) -> None:
    """Several runs at the same time: one does the work, the others say so and go."""
    for number in (2, 3, 5):
        at = harness.fresh()
        runs = [harness.start(at, "2026-03-19T02:00:00+08:00", Fault()) for _ in range(number)]
        codes = sorted(harness.wait(*run, at).code or 0 for run in runs)
        harness.judge("at_once", f"{number} runs", Ended(0, '"run_end"', 0), at)
        if codes.count(0) < 1 or set(codes) - {0, 4}:
            harness.failed["at_once"].append(f"{number} runs: exit codes {codes}")


def clock_jumps(harness: Harness, _: int) -> None:
    for seconds in (3600, -3600, 86_400, -86_400, 365 * 86_400, -365 * 86_400, -1_700_000_000):
        at = harness.fresh()
        harness.judge("clock_jumps", f"{seconds} s", harness.run(at, fault=Fault(clock=seconds)), at, allowed=(0,))


def limits(harness: Harness, _: int) -> None:
    """Too little memory, too few open files, files that may not grow."""

    def limited(what: int, value: int) -> Callable[[], None]:
        def prepare() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(what, (value, resource.getrlimit(what)[1]))

        return prepare

    used = 300 << 20
    cases = [("memory", resource.RLIMIT_AS, used + (more << 20)) for more in (200, 400, 600, 800, 1000, 1200, 1600)]
    cases += [("open files", resource.RLIMIT_NOFILE, count) for count in (12, 20, 40)]
    cases += [("file size", resource.RLIMIT_FSIZE, size) for size in (0, 4096, 20_480, 65_536)]
    for what, which, value in cases:
        at = harness.fresh()
        ended = harness.run(at, fault=Fault(prepare=limited(which, value)))
        crashed = ended.code is not None and (
            ended.code < 0 or ended.code in (70, 101, 134)
        )  # the library gives up without memory
        told = not crashed and value != 0
        harness.judge("limits", f"{what} {value}", ended, at, allowed=(*range(256),) if crashed else (0, 3, 5), told=told)


def bare_world(harness: Harness, _: int) -> None:
    """As cron starts it: no home, no locale, nothing to write to."""

    def closed() -> None:
        for number in (0, 1):
            os.close(number)

    def nobody() -> None:
        for name in ("HOME", "LANG", "USER", "LOGNAME"):
            os.environ.pop(name, None)
        os.environ["LC_ALL"] = "C"

    def full() -> None:
        full_disk = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full_disk, 1)
        os.dup2(full_disk, 2)

    def broken() -> None:
        reader, writer = os.pipe()
        os.close(reader)
        os.dup2(writer, 1)
        os.dup2(writer, 2)

    for name, prepare in (
        ("closed", closed),
        ("no home", nobody),
        ("full", full),
        ("broken", broken),
    ):
        at = harness.fresh()
        ended = harness.run(at, fault=Fault(prepare=prepare))
        harness.judge("bare_world", name, ended, at, allowed=(0,), told=name not in ("full", "broken"))
    at = harness.fresh()
    harness.judge("bare_world", "umask", harness.run(at, fault=Fault(prepare=lambda: os.umask(0o077) and None)), at, allowed=(0,))


@contextmanager
def mounted(*command: str, at: Path) -> Iterator[bool]:
    done = subprocess.run(["mount", *command, str(at)], capture_output=True).returncode == 0
    try:
        yield done
    finally:
        if done:
            subprocess.run(["umount", "-l", str(at)], check=False)


def real_disks(harness: Harness, _: int) -> None:
    """A small disk that really is full, and folders that really are read-only; needs the right to mount."""
    place = harness.place / "mount"
    place.mkdir(exist_ok=True)
    for size in (256, 320, 400, 512, 640, 800):
        with mounted("-t", "tmpfs", "-o", f"size={size}k", "tmpfs", at=place) as done:
            if not done:
                return
            try:
                shutil.copytree(harness.before, place / "t")
            except shutil.Error:
                continue
            ended = harness.run(place / "t")
            subprocess.run(["mount", "-o", "remount,size=64m", str(place)], check=True)
            harness.judge("real_disks", f"{size} KiB", ended, place / "t", told=False)
    for below in ("w/out", "w/state"):
        at = harness.fresh()
        with mounted("--bind", str(at / below), at=at / below) as done:
            subprocess.run(["mount", "-o", "remount,ro,bind", str(at / below)], check=done)
            ended = harness.run(at)
        harness.judge("real_disks", f"read-only {below}", ended, at, allowed=(5,))


def all_faults(kills: int) -> dict[str, Callable[[Harness, int], None]]:
    """Name → trials."""
    return {
        "killed": everywhere("killed", KILL),
        "power": everywhere("power", POWER),
        "power_after_the_end": power_after_the_end,
        "torn_writes": everywhere("torn_writes", TORN, WRITTEN),
        "short_writes": everywhere("short_writes", SHORT, WRITTEN),
        **{
            f"{name}_from": everywhere(f"{name}_from", FAIL, error=code)
            for name, code in ERRORS.items()
            if name in ("ENOSPC", "EROFS")
        },
        **{f"{name}_once": everywhere(f"{name}_once", FAIL, error=code, times=1) for name, code in ERRORS.items()},
        "EIO_once_at_sync": everywhere("EIO_once_at_sync", FAIL, SYNCED | CUT, ERRORS["EIO"], 1),
        "killed_twice": killed_twice,
        "killed_at_random": killed_at_random(kills),
        "at_once": at_once,
        "clock_jumps": clock_jumps,
        "limits": limits,
        "bare_world": bare_world,
        "real_disks": real_disks,
    }


def lane(place: Path, only: list[str], step: int, kills: int, budget: float) -> int:
    """Run the faults and tell; 1 where a promise was broken."""
    begun = time.monotonic()
    harness = Harness(place)
    for name, trial in all_faults(kills).items():
        if (only and name not in only) or (budget and time.monotonic() - begun > budget):
            continue
        started = time.monotonic()
        trial(harness, step)
        bad = harness.failed[name]
        print(
            f"{name:22} {harness.trials[name]:5} trials {len(bad):4} broken promises {time.monotonic() - started:7.1f} s",
            flush=True,
        )
        for line in bad[:5]:
            print(f"    {line[:300]}", flush=True)
    broken = sum(map(len, harness.failed.values()))
    print(f"{sum(harness.trials.values())} trials, {broken} broken promises, {time.monotonic() - begun:.0f} s")
    return 1 if broken else 0
