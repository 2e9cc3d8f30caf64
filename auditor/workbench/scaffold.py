"""`auditor rules new`: a rule and its chats to start from, copied from a shipped rule with the same detector, as a draft."""

from __future__ import annotations

from pathlib import Path

from auditor import rulebook
from auditor.detectors import DETECTORS
from auditor.errors import FailedError, Fault, UsageError
from auditor.model import Pack, Rule
from auditor.params import suggest
from auditor.ruletest import test_file

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
_CLAUSE = """\
clause:
  document: "{document}"
  section: "1"
  source: "the shop"
  seen: {seen}
  confidence: shop_default
"""


def new(name: str, detector: str, folder: Path, seen: str) -> list[Path]:
    """Write `<pack>/<name>.yaml`, its chats and, where it is missing, the pack's head below the folder; returns what was written.

    `seen`: the day for the clause. Raises UsageError; nothing that exists is touched.
    """
    pack, _, stem = name.partition("/")
    if not (pack and stem and _LETTERS.issuperset(pack + stem)):
        raise UsageError(Fault(name, "is not the id of a rule", "write pack/rule in a-z, 0-9 and _"))
    if detector not in DETECTORS:
        raise UsageError(Fault("--detector", f"{detector!r} is not a detector", suggest(detector, DETECTORS)))
    place = folder / pack
    path = place / f"{stem}.yaml"
    if path.exists():
        raise UsageError(Fault(str(path), "is there already", "choose another name"))
    sample_pack, sample = _sample(detector)
    texts = {path: _rule_text(sample, name, seen), path.with_name(f"{stem}.test.yaml"): _chats_text(sample, stem)}
    if not (place / "pack.yaml").is_file():
        texts = {place / "pack.yaml": _head_text(sample_pack, pack), **texts}
    try:
        place.mkdir(parents=True, exist_ok=True)
        for each, text in texts.items():
            each.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FailedError(Fault(str(place), f"cannot be written ({error.strerror})", "choose another --folder")) from error
    return list(texts)


def _sample(detector: str) -> tuple[Pack, Rule]:
    """The shipped rule to start from: of the general pack if it has one, the shortest chats first."""
    found = [(pack, rule) for pack in rulebook.load() for rule in pack.rules if rule.detector == detector and not rule.extends]
    return min(found, key=lambda one: (rulebook.ANY not in one[0].platforms, test_file(one[1]).stat().st_size, one[1].id))


def _rule_text(sample: Rule, name: str, seen: str) -> str:
    """The sample's file with its own id, as a draft of the shop's own making."""
    kept: list[str] = []
    inside = ""
    for line in rulebook.place_of(sample.path).read_text(encoding="utf-8-sig").splitlines():
        if line and not line.startswith((" ", "#")):
            inside = line.partition(":")[0]
            if inside == "clause":
                kept += _CLAUSE.format(document=name.partition("/")[0], seen=seen).splitlines()
        if inside in ("clause", "yields_to", "figures"):
            continue
        kept.append({"id": f"id: {name}", "status": "status: draft"}.get(inside, line) if not line.startswith(" ") else line)
    return f"# Copied from {sample.id}: change the texts, the clause and params, then the chats.\n" + "\n".join(kept) + "\n"


def _chats_text(sample: Rule, stem: str) -> str:
    return f"# A line that ends in #! must be found by {stem}.yaml; all others must not.\n" + test_file(sample).read_text(
        encoding="utf-8-sig"
    )


def _head_text(sample: Pack, pack: str) -> str:
    title = ", ".join(
        f"{lang}: {text}" for lang, text in (("zh", f"规则包 {pack}"), ("en", f"Pack {pack}"), ("pl", f"Pakiet {pack}"))
    )
    platforms = ", ".join(f'"{platform}"' for platform in sample.platforms)
    clock = f'"{sample.opens // 60:02d}:{sample.opens % 60:02d}-{sample.closes // 60:02d}:{sample.closes % 60:02d}"'
    return (
        f'id: {pack}\nversion: "1"\ntitle: {{{title}}}\nplatforms: [{platforms}]\ntimezone: {sample.timezone}\n'
        f"calendar: {sample.calendar}\ncurrency: {sample.currency}\nlanguage: {sample.language}\nhours: {clock}\n"
    )
