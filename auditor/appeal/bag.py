"""A BagIt 1.0 bag as a zip whose bytes depend on its content and one given instant alone."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime

_ALGORITHMS = ("sha256", "sha512")
_LEVEL = 6  # named, so that a new default of zlib changes nothing
_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def zip_bag(top: str, payload: Mapping[str, bytes], info: Sequence[tuple[str, str]], at: datetime) -> bytes:
    """Make the zip of the bag `top`; `payload` by path below data/ (ASCII, forward slashes).

    `info` are further lines of bag-info.txt; Bagging-Date and Payload-Oxum are added. `at` stamps every member.
    """
    data = {f"data/{path}": body for path, body in sorted(payload.items())}
    tags = {"bagit.txt": _DECLARATION.encode(), "bag-info.txt": _info(data, info, at)}
    tags |= {f"manifest-{name}.txt": _manifest(name, data) for name in _ALGORITHMS}
    tag_manifests = {f"tagmanifest-{name}.txt": _manifest(name, tags) for name in _ALGORITHMS}
    return _zip({f"{top}/{path}": body for path, body in {**data, **tags, **tag_manifests}.items()}, at)


def _info(data: Mapping[str, bytes], info: Sequence[tuple[str, str]], at: datetime) -> bytes:
    octets = sum(len(body) for body in data.values())
    lines = [*info, ("Bagging-Date", at.date().isoformat()), ("Payload-Oxum", f"{octets}.{len(data)}")]
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in lines).encode()


def _manifest(algorithm: str, files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{hashlib.new(algorithm, body).hexdigest()}  {path}\n" for path, body in sorted(files.items())).encode()


def _zip(members: Mapping[str, bytes], at: datetime) -> bytes:
    stamp = max((at.year, at.month, at.day, at.hour, at.minute, at.second), (1980, 1, 1, 0, 0, 0))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, body in sorted(members.items()):
            entry = zipfile.ZipInfo(path, stamp)
            entry.create_system = 3  # Unix, wherever it was made
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, body, compresslevel=_LEVEL)
    return buffer.getvalue()
