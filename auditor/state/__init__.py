"""What stays between runs: reports that appear whole or not at all, one run at a time, and the memory of earlier nights."""

from auditor.state.publish import building, check, locked, probe, work_folder
from auditor.state.store import Segment, Store

__all__ = ["Segment", "Store", "building", "check", "locked", "probe", "work_folder"]
