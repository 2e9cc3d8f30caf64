"""Reports appear whole or not at all; one run at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from auditor import state
from auditor.errors import FailedError, LockedError, UsageError


def test_a_finished_folder_takes_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    out = tmp_path / "night"
    for text in ("first", "second"):
        with state.building(out) as folder:
            (folder / "run.json").write_text(text)
    assert (out / "run.json").read_text() == "second"
    assert [p.name for p in tmp_path.iterdir()] == ["night"]


def half_written(folder: Path) -> None:
    (folder / "run.json").write_text("half")
    (folder / "missing").read_text()


def test_a_failed_run_leaves_the_last_good_reports(tmp_path: Path) -> None:
    out = tmp_path / "night"
    with state.building(out) as folder:
        (folder / "run.json").write_text("good")
    with pytest.raises(FailedError), state.building(out) as folder:
        half_written(folder)
    assert (out / "run.json").read_text() == "good"
    assert [p.name for p in tmp_path.iterdir()] == ["night"]


def test_a_run_killed_between_its_renames_is_mended_by_the_next(tmp_path: Path) -> None:
    out = tmp_path / "night"
    with state.building(out) as folder:
        (folder / "run.json").write_text("good")
    out.rename(tmp_path / ".night.old")
    (tmp_path / ".night.new").mkdir()
    with pytest.raises(RuntimeError), state.building(out):
        raise RuntimeError
    assert (out / "run.json").read_text() == "good"


def test_a_folder_that_no_run_wrote_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_bytes(b"cat")
    with pytest.raises(UsageError, match="holds no earlier run"), state.building(tmp_path / "photos"):
        pass
    assert (tmp_path / "photos" / "cat.png").read_bytes() == b"cat"


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UsageError, match="is a file"), state.building(tmp_path / "out"):
        pass


HOLD = """
import pathlib, sys
from auditor import state
with state.locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""


def test_a_second_run_is_told_and_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    out = tmp_path / "night"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(LockedError, match=f"process {holder.pid}"), state.locked(out):
        pass
    holder.kill()
    holder.wait()
    with state.locked(out):
        pass
