"""A pack's head (pack.yaml): whose rules these are, how that platform counts time, its rates, exemptions and appeals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, get_args

from auditor.model import LANGS, AppealForm, AppealTerms, Exemption, Pack, Rate, Texts
from auditor.params import to_duration, to_hours
from auditor.rulebook.clause import (
    CONFIDENCES,
    optional_amount,
    read_clause,
    read_figures,
    to_amount,
    to_code,
    to_moment,
    to_share,
    to_zone,
)
from auditor.strictyaml import Steps

if TYPE_CHECKING:
    from auditor.detectors import Detector
    from auditor.rulebook.read import Reader

NEEDED = ("id", "version", "title", "platforms", "timezone", "calendar", "currency", "language", "hours")
KEYS = (*NEEDED, "names", "includes", "rates", "exemptions", "appeal", "define")
_APPEAL_KEYS = ("window", "starts", "clause", "counts", "entry", "evidence", "assumed", "form")
_FORM_KEYS = ("images", "file_mb", "formats", "characters", "attempts", "again_within", "partial_screenshots")
_RATE_KEYS = ("title", "params", "clause", "window", "target", "figures")
_EXEMPTION_KEYS = ("from", "to", "rules", "why", "source", "confidence")
_STARTS = ("notice", "ticket", "claim")
_Counts = Literal["calendar", "business"]
_COUNTS: tuple[_Counts, ...] = get_args(_Counts)
_ONCE = datetime(1970, 1, 1)  # noqa: DTZ001 - the platform's own clock, whose zone the pack names
_CLOCK = "response_time"  # the detector whose params a rate sets


def read_pack(reader: Reader, folder: str, detectors: Mapping[str, Detector] | None = None) -> Pack:
    """The head of a pack, without rules and hash."""
    reader.mapping((), KEYS, NEEDED)
    name = reader.text(("id",))
    if name and name != folder:
        reader.fault(("id",), f"{name!r} is not the folder's name", f"write {folder} or rename the folder")
    opens, closes = reader.convert(("hours",), to_hours, (540, 1080))
    return Pack(
        id=folder,
        version=reader.text(("version",)),
        title=reader.texts(("title",)),
        platforms=reader.list_of_texts(("platforms",)),
        timezone=reader.convert(("timezone",), to_zone, "UTC"),
        calendar=reader.convert(("calendar",), to_code(2, "CN"), ""),
        currency=reader.convert(("currency",), to_code(3, "CNY"), ""),
        language=reader.choice(("language",), LANGS),
        opens=opens,
        closes=closes,
        rules=(),
        sha256="",
        appeal=_read_appeal(reader) if reader.get(("appeal",)) is not None else None,
        path=str(reader.document.path.parent),
        names=_read_names(reader),
        includes=_read_includes(reader),
        rates=_read_rates(reader, folder, detectors or {}),
        exemptions=_read_exemptions(reader),
    )


def _read_names(reader: Reader) -> Mapping[str, Texts]:
    if reader.get(("names",)) is None:
        return {}
    return {platform: reader.texts(("names", platform)) for platform in reader.mapping(("names",), None)}


def _read_includes(reader: Reader) -> Mapping[str, tuple[str, ...]]:
    if reader.get(("includes",)) is None:
        return {}
    given = reader.mapping(("includes",), None)
    return {pack: _names_of(reader, ("includes", pack)) for pack in given}


def _names_of(reader: Reader, steps: Steps) -> tuple[str, ...]:
    """A list of names that may be empty."""
    return () if reader.get(steps) == [] else reader.list_of_texts(steps, optional=True)


def _read_rates(reader: Reader, folder: str, detectors: Mapping[str, Detector]) -> tuple[Rate, ...]:
    from auditor.rulebook.read import read_versions

    if reader.get(("rates",)) is None:
        return ()
    made = []
    for name in reader.mapping(("rates",), None):
        steps: Steps = ("rates", name)
        reader.mapping(steps, _RATE_KEYS, _RATE_KEYS[:3])
        window = reader.convert((*steps, "window"), to_duration, timedelta(0)) if reader.get((*steps, "window")) else None
        made.append(
            Rate(
                id=f"{folder}/{name}",
                title=reader.texts((*steps, "title")),
                params=read_versions(reader, (*steps, "params"), detectors.get(_CLOCK)),
                clause=read_clause(reader, (*steps, "clause")),
                window=window,
                target=optional_amount(reader, (*steps, "target"), to_share),
                figures=read_figures(reader, (*steps, "figures")),
            )
        )
    return tuple(made)


def _read_exemptions(reader: Reader) -> tuple[Exemption, ...]:
    value = reader.get(("exemptions",))
    if value is None:
        return ()
    if not isinstance(value, list):
        reader.fault(("exemptions",), "is not a list", "write one {from: …, to: …, rules: […]} each with a dash")
        return ()
    return tuple(_read_exemption(reader, ("exemptions", place)) for place in range(len(value)))


def _read_exemption(reader: Reader, steps: Steps) -> Exemption:
    reader.mapping(steps, _EXEMPTION_KEYS, _EXEMPTION_KEYS)
    starts = reader.convert((*steps, "from"), to_moment, _ONCE)
    ends = reader.convert((*steps, "to"), to_moment, starts)
    if ends < starts:
        reader.fault((*steps, "to"), "lies before from", "put the two in order")
    return Exemption(
        starts=starts,
        ends=ends,
        rules=reader.list_of_texts((*steps, "rules")),
        why=reader.texts((*steps, "why")),
        source=reader.text((*steps, "source")),
        confidence=reader.choice((*steps, "confidence"), CONFIDENCES),
    )


def _read_appeal(reader: Reader) -> AppealTerms:
    steps: Steps = ("appeal",)
    reader.mapping(steps, _APPEAL_KEYS, _APPEAL_KEYS[:3])
    return AppealTerms(
        window=reader.convert((*steps, "window"), to_duration, timedelta(0)),
        starts=reader.choice((*steps, "starts"), _STARTS),
        clause=read_clause(reader, (*steps, "clause")),
        counts=reader.choice((*steps, "counts"), _COUNTS),
        entry=reader.texts((*steps, "entry"), optional=True),
        evidence=reader.texts((*steps, "evidence"), optional=True),
        assumed=reader.texts((*steps, "assumed"), optional=True),
        form=_read_form(reader, (*steps, "form")),
    )


def _read_form(reader: Reader, steps: Steps) -> AppealForm:
    if reader.get(steps) is None:
        return AppealForm()
    reader.mapping(steps, _FORM_KEYS)
    counts = {key: optional_amount(reader, (*steps, key), to_amount) for key in ("images", "characters", "attempts")}
    partial = reader.get((*steps, "partial_screenshots"))
    if partial is not None and not isinstance(partial, bool):
        reader.fault((*steps, "partial_screenshots"), f"{partial!r} is neither true nor false", "write true or false")
        partial = None
    again = reader.convert((*steps, "again_within"), to_duration, timedelta(0)) if reader.get((*steps, "again_within")) else None
    return AppealForm(
        **{key: None if count is None else int(count) for key, count in counts.items()},
        file_mb=optional_amount(reader, (*steps, "file_mb")),
        formats=reader.list_of_texts((*steps, "formats"), optional=True),
        again_within=again,
        partial_screenshots=partial,
    )
