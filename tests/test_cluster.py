"""A cluster of separate processes over TCP finds, byte for byte, what one process finds, even when a worker is killed midway."""

import importlib.util
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.errors import FailedError, UsageError
from tests.test_nights import AS_OF, audited, chat, same, written

HERE = importlib.util.find_spec("distributed") is not None
pytestmark = pytest.mark.skipif(not HERE, reason="needs auditor[cluster]")
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    folder = tmp_path_factory.mktemp("cluster")
    told = folder / "scheduler.json"
    front = [sys.executable, "-m", "distributed.cli"]
    scheduler = [
        f"{front[2]}.dask_scheduler",
        "--port",
        "0",
        "--host",
        "127.0.0.1",
        "--no-dashboard",
        "--scheduler-file",
        str(told),
    ]
    worker = [f"{front[2]}.dask_worker", "--scheduler-file", str(told), "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    running = [subprocess.Popen([*front[:2], *scheduler], cwd=folder, **QUIET)]  # type: ignore[call-overload]
    until = time.monotonic() + 60
    while not told.exists() and time.monotonic() < until:
        time.sleep(0.1)
    running += [subprocess.Popen([*front[:2], *worker], cwd=folder, **QUIET) for _ in range(2)]  # type: ignore[call-overload]
    try:
        import json

        yield json.loads(told.read_text())["address"], running
    finally:
        for process in running:
            process.kill()
            process.wait()


def files(folder: Path, chats: int) -> list[str]:
    return [written(folder, "chats.jsonl", [line for n in range(chats) for line in chat(random.Random(n), n)])]


def test_a_cluster_finds_what_one_process_finds_though_a_worker_dies(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, running = cluster
    inputs = files(tmp_path / "in", 60)
    audited(tmp_path / "here", inputs)
    audited(tmp_path / "there", inputs, engine="dask", scheduler=address, work=tmp_path / "shared")
    same(tmp_path / "here", tmp_path / "there")
    threading.Timer(0.5, running[-1].kill).start()
    audited(tmp_path / "lost", inputs, engine="dask", scheduler=address, work=tmp_path / "shared", state=tmp_path / "state")
    same(tmp_path / "here", tmp_path / "lost")
    assert not list((tmp_path / "shared").iterdir()), "nothing is left on the shared disk"
    audited(tmp_path / "next", inputs, state=tmp_path / "state")
    same(tmp_path / "here", tmp_path / "next")


def test_a_cluster_that_is_not_there_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from auditor.engines import dask

    monkeypatch.setattr(dask, "_PATIENCE", 1)
    inputs = files(tmp_path / "in", 2)
    with pytest.raises(UsageError, match="--scheduler"):
        audited(tmp_path / "out", inputs, engine="dask")
    with pytest.raises(FailedError, match="cannot be reached"):
        audited(tmp_path / "out", inputs, engine="dask", scheduler="tcp://127.0.0.1:9")
    assert AS_OF.tzinfo is not None
    assert not (tmp_path / "out").exists()
