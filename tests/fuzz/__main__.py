"""`python -m tests.fuzz SECONDS [SEED]`: damage sample files at random for a while; with `--guided` by atheris."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz import SEEDS, checked, damaged


def main(seconds: float, seed: int) -> None:
    """Count files until the time is up; the first that raises is kept and named."""
    chance, names, done = random.Random(seed), sorted(SEEDS), 0
    until = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < until:
            name = chance.choice(names)
            damages = [
                (chance.randrange(1 << 16), chance.randrange(4), chance.randbytes(chance.randrange(7)))
                for _ in range(chance.randrange(1, 6))
            ]
            data = damaged(SEEDS[name], damages)
            try:
                checked(Path(folder) / name, data)
            except BaseException:
                kept = Path(f"fuzz_{seed}_{done}_{name}")
                kept.write_bytes(data)
                sys.stdout.write(f"failed after {done} files: {kept}\n")
                raise
            done += 1
    sys.stdout.write(f"{done} damaged files, only verdicts (seed {seed})\n")


def guided(seconds: float) -> None:
    """The same under atheris."""
    import atheris  # type: ignore[import-not-found]

    names = sorted(SEEDS)
    with tempfile.TemporaryDirectory() as folder:

        def one(data: bytes) -> None:
            provider = atheris.FuzzedDataProvider(data)
            name = names[provider.ConsumeIntInRange(0, len(names) - 1)]
            checked(Path(folder) / name, provider.ConsumeBytes(provider.remaining_bytes()))

        atheris.instrument_all()
        atheris.Setup([sys.argv[0], f"-max_total_time={int(seconds)}"], one)
        atheris.Fuzz()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if "--guided" in arguments:
        guided(float(next((each for each in arguments if each.isdigit()), "60")))
    else:
        main(float(arguments[0]) if arguments else 60.0, int(arguments[1]) if len(arguments) > 1 else 0)
