"""The house rules, enforced where the tests run: lint, types, layers, README and size."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]


@pytest.mark.parametrize("command", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)], ids=" ".join)
def test_lint_and_types(command: tuple[str, ...]) -> None:
    run(*command)


def test_layers_point_one_way() -> None:
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_help_needs_no_heavy_import() -> None:
    script = (
        "import sys; import auditor.cli; print(*sorted({'polars', 'pandas', 'spacy', 'openpyxl', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_no_module_is_a_dumping_ground() -> None:
    for path in (ROOT / "auditor").rglob("*.py"):
        assert path.stem not in {"common", "utils", "util", "helpers", "helper", "base", "misc"}, path
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 350, f"{path} is too long for one sitting"


def test_every_room_opens_with_its_caption() -> None:
    for path in (ROOT / "auditor").rglob("*.py"):
        assert path.read_text(encoding="utf-8").startswith('"""'), path


def test_the_project_names_no_package_host_and_no_machine() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    words = ("pypi" + ".org", "python" + "hosted", "/wo" + "rk/", "/ro" + "ot/")
    for name in done.stdout.split():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".lock", ".txt", ""} and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not any(word in text for word in words), name
