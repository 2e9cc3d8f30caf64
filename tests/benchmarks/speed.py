"""How fast the auditor is: seconds, memory and the ratio to the naive baseline, taken side by side on one corpus."""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from . import corpus, program
from .program import Cost


def fingerprint(folder: Path) -> dict[str, str]:
    """SHA-256 of findings.jsonl and of every evidence bundle, by name."""
    files = [folder / "findings.jsonl", *sorted((folder / "appeals").glob("*.zip"))]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.exists()}


def write_notices(messages: Path, path: Path, count: int) -> None:
    """Penalty notices for the first `count` conversations that an agent took part in, so that bundles are written too."""
    seen: dict[str, dict[str, object]] = {}
    with messages.open(encoding="utf-8", newline="") as lines:
        for row in corpus.read_rows(lines):
            if len(seen) == count:
                break
            if row["sender_role"] == "agent" and row["conversation_id"] not in seen:
                notice: dict[str, object] = {name: row[name] for name in ("platform", "shop_id", "conversation_id")}
                notice |= {"notice_id": f"N{len(seen):05d}", "agent_id": row["sender_id"], "issued_at": corpus.NOTICES_AT}
                seen[row["conversation_id"]] = notice | {"clause": "-", "reason": "-", "amount": 10, "currency": "CNY"}
                if row["order_id"]:
                    seen[row["conversation_id"]]["order_id"] = row["order_id"]
    path.write_text("".join(json.dumps(notice, ensure_ascii=False) + "\n" for notice in seen.values()), encoding="utf-8")


def audit(source: Path, out: Path, extra: Sequence[str]) -> Cost:
    """One run of the auditor in a fresh folder."""
    command = [*program.auditor(), "run", str(source / "messages.csv"), "--orders", str(source / "orders.csv")]
    command += ["--penalties", str(source / "penalties.jsonl"), "--as-of", corpus.AS_OF, "--quiet"]
    return program.run([*command, "--out", str(out), *extra], source)


def baseline(source: Path, out: Path) -> Cost:
    """One run of the naive baseline."""
    script = str(Path(__file__).resolve().with_name("naive.py"))
    return program.run([sys.executable, script, str(source / "messages.csv"), str(source / "orders.csv"), str(out)], source)


def lines(name: str, costs: Sequence[Cost], messages: int) -> str:
    """Medians of some runs in one line."""
    wall = median(cost.wall for cost in costs)
    return (
        f"{name:8} {messages / wall:10,.0f} messages/s   wall {wall:8.2f} s   cpu {median(c.cpu for c in costs):8.2f} s"
        f"   peak {max(c.largest for c in costs):6,.0f} MiB (largest process),"
        f" {max(c.tree for c in costs):6,.0f} MiB (all together)"
    )


def stages(folder: Path) -> str:
    """How long the stages of one run took by its own account."""
    told = json.loads((folder / "run.json").read_text(encoding="utf-8")).get("timings_s", {})
    return ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in told.items())


def main(messages: int, with_naive: bool, runs: int, seed: int, notices: int, extra: Sequence[str]) -> int:
    """Generates the corpus, runs both programs in turns, prints medians. Returns 1 where two runs differ in a byte."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        corpus.generate(work, messages, seed)
        write_notices(work / "messages.csv", work / "penalties.jsonl", notices)
        ours: list[Cost] = []
        theirs: list[Cost] = []
        prints = []
        for turn in range(runs):
            ours.append(audit(work, work / f"audit{turn}", extra))
            prints.append(fingerprint(work / f"audit{turn}"))
            if with_naive:
                theirs.append(baseline(work, work / f"naive{turn}"))
        print(f"{messages:,} messages, {runs} runs each in turns, medians")
        print(lines("auditor", ours, messages))
        print(f"         {stages(work / 'audit0')}")
        if theirs:
            print(lines("naive", theirs, messages))
            ratios = [b.wall / a.wall for a, b in zip(ours, theirs, strict=True)]
            print(f"naive / auditor: {median(ratios):.1f} by the clock, {_cpu_ratio(ours, theirs):.1f} by CPU")
            print(f"findings of the naive baseline: {json.loads((work / 'naive0' / 'counts.json').read_text())['findings']:,}")
        return _compare(work / "audit0", prints)


def _cpu_ratio(ours: Sequence[Cost], theirs: Sequence[Cost]) -> float:
    return median(c.cpu for c in theirs) / max(0.01, median(c.cpu for c in ours))


def _compare(folder: Path, prints: Sequence[dict[str, str]]) -> int:
    findings = [json.loads(line) for line in (folder / "findings.jsonl").read_text(encoding="utf-8").splitlines()]
    families = Counter(finding["family"] for finding in findings)
    print(f"findings: {len(findings):,} ({', '.join(f'{family} {count:,}' for family, count in sorted(families.items()))})")
    changing = sorted({name for p in prints for name in p.keys() | prints[0].keys() if p.get(name) != prints[0].get(name)})
    what = f"findings.jsonl and {len(prints[0]) - 1} bundles of {len(prints)} runs"
    if len(prints) < 2:
        print(f"{what}: nothing to compare")
    elif changing:
        print(f"{what}: {len(changing)} DIFFER, for one {', '.join(changing[:3])}")
    else:
        print(f"{what}: byte-identical")
    return 1 if changing else 0
