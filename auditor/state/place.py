"""Whether a folder lies on a disk of this machine: locks and synced writes mean nothing on a network share."""

from __future__ import annotations

import os
from pathlib import Path

from auditor.errors import Fault, UsageError

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "9p", "afs", "ceph", "lustre", "gpfs", "beegfs", "pvfs2", "ocfs2", "gfs2"}
)
_NETWORK_FUSE = ("fuse.sshfs", "fuse.s3fs", "fuse.glusterfs", "fuse.rclone", "fuse.gcsfuse", "fuse.goofys", "fuse.mount-s3")


def refuse_network(folder: Path, mounts: Path = _MOUNTS) -> None:
    """Raises UsageError where the folder lies on a network file system; says nothing where the system does not tell."""
    kind = "network share" if str(folder).startswith(("\\\\", "//")) and os.name == "nt" else file_system(folder, mounts)
    if kind in _NETWORK or kind in _NETWORK_FUSE or kind == "network share":
        raise UsageError(
            Fault(
                str(folder),
                f"lies on a network file system ({kind}), where neither locks nor synced writes hold",
                "give --state a folder on a disk of this machine; reports may go to the share",
            )
        )


def file_system(folder: Path, mounts: Path = _MOUNTS) -> str:
    """The kind of file system that a folder (or the nearest folder above that is there) lies on; "" where unknown."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    place = place.resolve()
    found, depth = "", -1
    for line in lines:
        before, _, after = line.partition(" - ")
        mount = Path(before.split(" ")[4].replace("\\040", " "))
        if (place == mount or mount in place.parents) and len(mount.parts) >= depth:
            found, depth = after.split(" ")[0], len(mount.parts)
    return found
