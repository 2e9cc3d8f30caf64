"""Files damaged at random, through the reader: the oracle is that each ends in a verdict and every row is accounted for."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from auditor.ingest import Options, load
from auditor.normalise import normalise

SAMPLES = Path(__file__).parents[2] / "sample_transcripts"
OPTIONS = Options(as_of=datetime.fromisoformat("2026-11-21T06:00:00+08:00"))
_ENDINGS = {".csv", ".json", ".jsonl", ".txt", ".tsv", ".yaml", ".xlsx"}


def _zip(data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", data)
    return stream.getvalue()


def _seeds() -> dict[str, bytes]:
    found = {
        f"{path.parent.name}_{path.name}": path.read_bytes()
        for path in sorted(SAMPLES.rglob("*"))
        if path.suffix in _ENDINGS and not path.name.startswith("expected")
    }
    table = next(data for name, data in found.items() if name.endswith(".csv"))
    cells = "".join(f"<td>{cell}</td>" for cell in ("c1", "2026-11-10 09:30:00", "buyer", "在吗"))
    page = f"<html><table><tr><th>conversation_id<th>sent_at<th>sender_role<th>text</tr><tr>{cells}</tr></table></html>"
    return {**found, "packed.csv.gz": gzip.compress(table, mtime=0), "packed.zip": _zip(table), "page.html": page.encode()}


SEEDS = _seeds()


def damaged(data: bytes, damages: Iterable[tuple[int, int, bytes]]) -> bytes:
    """The bytes after damages (place, kind, bytes): 0 overwrite, 1 insert, 2 cut out, 3 end there."""
    for place, kind, piece in damages:
        at = place % (len(data) + 1)
        if kind == 0:
            data = data[:at] + piece + data[at + len(piece) :]
        elif kind == 1:
            data = data[:at] + piece + data[at:]
        elif kind == 2:
            data = data[:at] + data[at + len(piece) * 16 :]
        else:
            data = data[:at]
    return data


def checked(path: Path, data: bytes) -> None:
    """Write the bytes, read them, and hold the result against what every reader promises."""
    path.write_bytes(data)
    for item in normalise(load([str(path)], options=OPTIONS)).inputs:
        assert item.rows == item.accepted + item.duplicate + item.quarantined + item.blank, item
        assert item.status == "read" or (item.reason and not item.accepted), item
