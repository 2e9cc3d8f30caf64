"""Files of exported chats, orders, notices and facts → canonical tables, with everything that could not be used in quarantine."""

from auditor.ingest.detection import Detection, detect, detect_all
from auditor.ingest.formats import FORMATS, Format
from auditor.ingest.loading import Known, Loaded, Options, load

__all__ = ["FORMATS", "Detection", "Format", "Known", "Loaded", "Options", "detect", "detect_all", "load"]
