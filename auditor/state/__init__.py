"""What stays between runs: reports that appear whole or not at all, one run at a time, and the memory of earlier nights."""

from auditor.state.heartbeat import DEADLINES, HEARTBEAT, beat, put, running
from auditor.state.heartbeat import read as read_beat
from auditor.state.publish import building, check, locked, probe, work_folder
from auditor.state.store import Segment, Store

__all__ = [
    "DEADLINES",
    "HEARTBEAT",
    "Segment",
    "Store",
    "beat",
    "building",
    "check",
    "locked",
    "probe",
    "put",
    "read_beat",
    "running",
    "work_folder",
]
