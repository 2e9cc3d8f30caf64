"""Where the rules lie: inside an installed package, else beside the sources."""

from pathlib import Path

_PACKAGED = Path(__file__).parent / "_rules"

RULES: Path = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parent.parent / "rules"
