"""A mapping: how the columns or JSON paths of one export become canonical fields, as a short YAML file says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auditor.errors import Fault, UsageError
from auditor.ingest.mapping_faults import Node, Reader
from auditor.ingest.paths import Lookup
from auditor.ingest.tables import Kind
from auditor.model import CHANNELS, CONTENT_TYPES, MESSAGE_COLUMNS, NOTICE_COLUMNS, ORDER_COLUMNS, ORDER_INSTANTS, ROLES
from auditor.strictyaml import parse

_OWN = ("source", "row", "offset_s", "time_doubt")
# Fields beside the canonical ones: who a message was written to, and what hangs on it.
HELPERS: Mapping[str, tuple[str, ...]] = {"transcript": ("receiver_id", "attachments"), "orders": (), "penalties": ()}
FIELDS: Mapping[str, tuple[str, ...]] = {
    kind: (*(name for name in columns if name not in _OWN), *HELPERS[kind])
    for kind, columns in (("transcript", MESSAGE_COLUMNS), ("orders", ORDER_COLUMNS), ("penalties", NOTICE_COLUMNS))
}
TIMES: Mapping[str, tuple[str, ...]] = {
    "transcript": ("sent_at",),
    "orders": ORDER_INSTANTS,
    "penalties": ("issued_at", "appeal_by"),
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "transcript": ("sent_at", "text"),
    "orders": ("order_id",),
    "penalties": ("issued_at",),
}
_ALLOWED_WORDS: Mapping[str, tuple[str, ...]] = {"sender_role": ROLES, "content_type": CONTENT_TYPES, "channel": CHANNELS}
_SUMS = ("sum", "first")
_TOP = (
    "version", "id", "title", "kind", "platform", "timezone", "clock", "recognise", "records", "lookups", "fields",
    "constants", "values", "times", "html", "leave_out", "having", "lacking", "also", "lines", "note",
)  # fmt: skip
_ALSO = ("records", "fields", "constants", "values", "html", "leave_out", "having", "lacking")
_MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class From:
    """Where a field comes from: the first filled of several columns, or (`joined`) all of them with blanks between."""

    columns: tuple[str, ...]
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """One sort of rows: where they lie, and what their columns are."""

    records: tuple[str, ...] = ("",)
    fields: Mapping[str, From] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    html: frozenset[str] = frozenset()  # fields whose markup is taken away
    leave_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # column → patterns of rows that are no messages
    having: tuple[str, ...] = ()  # JSON objects without something here are no rows
    lacking: tuple[str, ...] = ()  # nor those with something here


@dataclass(frozen=True, slots=True)
class Recognise:
    """What a file must hold to be read by a mapping: all of these columns, one of those, none of the others."""

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A whole mapping. `rows[0]` is the main sort of rows; the others (`also`) lie beside it in the same document."""

    id: str
    title: str
    kind: Kind
    path: str
    recognise: Recognise
    rows: tuple[Rows, ...]
    platform: str | None = None
    timezone: str | None = None
    utc_clock: bool = False
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    times: tuple[str, ...] = ()  # spellings beside those that are always read, as strptime has them
    merge: str | None = None  # rows of one order are one order: "sum" or "first" says what its amount is
    note: str = ""

    def columns(self) -> tuple[str, ...]:
        """Every column that a field is read from, each once, in the file's order."""
        named = [name for rows in self.rows for source in rows.fields.values() for name in source.columns]
        return tuple(dict.fromkeys(named))


def load_mapping(path: Path) -> MappingFile:
    """Read a mapping file. Raises UsageError with every fault, its line and its mend."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        said = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else f"cannot be read ({error.strerror})"
        raise UsageError(Fault(str(path), said, "name a mapping that `auditor formats map FILE` wrote")) from None
    if len(data) > _MAX_BYTES:
        raise UsageError(Fault(str(path), "is larger than 1 MB", "a mapping is short; is this the export itself?"))
    return read_mapping(text, path)


def read_mapping(text: str, path: Path) -> MappingFile:
    """The same from a text; `path` is named in complaints."""
    reader = Reader(parse(text, path, scalars="text"))
    top = reader.top()
    reader.keys(top, "the mapping", _TOP)
    version = reader.text(top, "version", needed=True)
    if version not in (None, "1"):
        reader.wrong(top["version"], f"version {version!r} is not known", "write 1")
    kind = reader.choice(top, "kind", tuple(FIELDS), needed=True) or "transcript"
    main = _rows(reader, top, kind)
    also = [_also(reader, node, kind, main) for node in reader.items(top, "also")]
    _check_needed(reader, top, kind, main)
    found = MappingFile(
        id=reader.name(top, "id", path.stem),
        title=reader.text(top, "title") or path.stem,
        kind=kind,  # type: ignore[arg-type]
        path=str(path),
        recognise=_recognise(reader, top["recognise"], main),
        rows=(main, *also),
        platform=(reader.text(top, "platform") or "").lower() or None,
        timezone=reader.zone(top, "timezone"),
        utc_clock=(reader.choice(top, "clock", ("utc", "local")) or "local") == "utc",
        lookups={name: _lookup(reader, top["lookups"][name]) for name in reader.names(top, "lookups")},
        times=reader.time_formats(top, "times"),
        merge=reader.choice(top, "lines", _SUMS),
        note=reader.text(top, "note") or "",
    )
    reader.end()
    return found


def _rows(reader: Reader, node: Node, kind: str) -> Rows:
    return Rows(
        records=reader.texts(node, "records", empty=True),
        fields=_fields(reader, node, kind),
        constants=_constants(reader, node, kind),
        values=_values(reader, node, kind),
        html=frozenset(_known(reader, node, "html", kind)),
        having=reader.texts(node, "having"),
        lacking=reader.texts(node, "lacking"),
        leave_out={column: reader.texts(node["leave_out"], column, empty=True) for column in reader.names(node, "leave_out")},
    )


def _also(reader: Reader, node: Node, kind: str, main: Rows) -> Rows:
    """Other rows of the same documents; what they do not say for themselves is as in the main rows."""
    reader.keys(node, "also", _ALSO)
    own = _rows(reader, node, kind)
    return Rows(
        own.records, own.fields, own.constants,
        {**main.values, **own.values}, own.html or main.html, own.leave_out, own.having, own.lacking,
    )  # fmt: skip


def _fields(reader: Reader, node: Node, kind: str) -> dict[str, From]:
    found = {}
    for name in _known_names(reader, node, "fields", kind):
        place = node["fields"][name]
        if isinstance(place.value, dict):
            reader.keys(place, f"fields.{name}", ("join",))
            source = From(reader.texts(place, "join"), joined=True)
        else:
            source = From(reader.texts(node["fields"], name))
        if source.columns:
            found[name] = source
    return found


def _known_names(reader: Reader, node: Node, key: str, kind: str) -> list[str]:
    names = reader.names(node, key)
    for name in names:
        reader.known(node[key][name], name, FIELDS[kind], f"a field of {kind}")
    return [name for name in names if name in FIELDS[kind]]


def _known(reader: Reader, node: Node, key: str, kind: str) -> list[str]:
    names = reader.texts(node, key)
    for name in names:
        reader.known(node[key], name, FIELDS[kind], f"a field of {kind}")
    return [name for name in names if name in FIELDS[kind]]


def _constants(reader: Reader, node: Node, kind: str) -> dict[str, str]:
    found = {name: reader.text(node["constants"], name) or "" for name in _known_names(reader, node, "constants", kind)}
    for name, value in found.items():
        if name in _ALLOWED_WORDS:
            reader.known(node["constants"][name], value, _ALLOWED_WORDS[name], f"a {name}")
    return found


def _values(reader: Reader, node: Node, kind: str) -> dict[str, Mapping[str, str | None]]:
    found: dict[str, Mapping[str, str | None]] = {}
    for name in _known_names(reader, node, "values", kind):
        table = {word: reader.text(node["values"][name], word) for word in reader.names(node["values"], name)}
        for word, value in table.items():
            if value is not None and name in _ALLOWED_WORDS:
                reader.known(node["values"][name][word], value, _ALLOWED_WORDS[name], f"a {name}")
        found[name] = {word.strip().casefold(): value for word, value in table.items()}
    return found


def _recognise(reader: Reader, node: Node, main: Rows) -> Recognise:
    """The columns that tell the file; without any said, all that the fields are read from."""
    if isinstance(node.value, dict):
        reader.keys(node, "recognise", ("all", "any", "none"))
        return Recognise(reader.texts(node, "all"), reader.texts(node, "any"), reader.texts(node, "none"))
    listed = reader.listed(node, "recognise")
    return Recognise(listed or tuple(source.columns[0] for source in main.fields.values()))


def _lookup(reader: Reader, node: Node) -> Lookup:
    reader.keys(node, "a lookup", ("in", "key", "by"))
    needed = [reader.text(node, key, needed=True) or "" for key in ("in", "key", "by")]
    return Lookup(*needed)


def _check_needed(reader: Reader, top: Node, kind: str, main: Rows) -> None:
    have = {*main.fields, *main.constants}
    for name in NEEDED[kind]:
        if name not in have:
            reader.wrong(top["fields"], f"the field {name} is needed", f"write `{name}: ` and the column it stands in")
    if kind == "transcript" and not have & {"conversation_id", "buyer_id", "receiver_id"}:
        reader.wrong(top["fields"], "conversation_id or buyer_id is needed", "name the column that tells chats apart")
    tells = "sender_role" in have or {"sender_id", "buyer_id"} <= have
    if kind == "transcript" and not tells:
        reader.wrong(top["fields"], "sender_role is needed", "name its column, or those of sender_id and buyer_id")
