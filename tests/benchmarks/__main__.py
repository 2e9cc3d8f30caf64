"""`python -m tests.benchmarks accuracy | speed | reading | corpus DIR | labelled DIR`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import accuracy, corpus, labelled_set, program, reading, speed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Speed and accuracy of the auditor.")
    commands = parser.add_subparsers(dest="command", required=True)
    right = commands.add_parser("accuracy", help="audit labelled chats: precision, recall and F1 of each family")
    right.add_argument("--labelled", type=Path, help="another folder of the same shape (default: our own labelled chats)")
    right.add_argument("--as-of", help="the audit's now (default: the folder's as_of.txt)")
    right.add_argument("--list", action="store_true", help="name every miss and false alarm")
    said = commands.add_parser("reading", help="read labelled sayings: promises, deadlines, claims; and time parsers beside it")
    said.add_argument("--only", help="files of said/ whose names begin so: zh, pl_promises …")
    said.add_argument("--list", action="store_true", help="name every error")
    fast = commands.add_parser("speed", help="audit a generated corpus: messages per second, memory, ratio to a naive program")
    fast.add_argument("--messages", type=int, default=100_000)
    fast.add_argument("--naive", action=argparse.BooleanOptionalAction, default=True, help="run the naive baseline too")
    fast.add_argument("--runs", type=int, default=3)
    fast.add_argument("--seed", type=int, default=1)
    fast.add_argument("--notices", type=int, default=50, help="how many penalty notices to build bundles for")
    fast.add_argument("extra", nargs="*", help="after --: more options for `auditor run`")
    chats = commands.add_parser("corpus", help="only write the generated corpus")
    chats.add_argument("folder", type=Path)
    chats.add_argument("--messages", type=int, default=100_000)
    chats.add_argument("--seed", type=int, default=1)
    write = commands.add_parser("labelled", help="only write our labelled chats as canonical files with their gold")
    write.add_argument("folder", type=Path)
    return parser


def main() -> int:
    """Runs one command; its exit code."""
    given = _parser().parse_args()
    if given.command == "accuracy":
        accuracy.main(given.labelled, given.as_of, given.list)
    elif given.command == "reading":
        reading.main(given.list, given.only)
    elif given.command == "speed":
        return speed.main(given.messages, given.naive, given.runs, given.seed, given.notices, given.extra)
    elif given.command == "corpus":
        corpus.generate(given.folder, given.messages, given.seed)
    else:
        labelled_set.write(given.folder)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError, program.ProgramError) as error:
        sys.exit(str(error))
