"""JSON Schemas of a rule, a pack's head, a rule's chats and an overlay, from what the program itself reads: for editors."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from auditor.detectors import DETECTORS
from auditor.model import FAMILIES, LANGS, ORDER_COLUMNS, SEVERITIES
from auditor.params import ListName, yaml_names
from auditor.rulebook.clause import CONFIDENCES
from auditor.rulebook.head import KEYS as PACK_KEYS
from auditor.rulebook.head import NEEDED as PACK_NEEDED
from auditor.rulebook.overlay import CHANGE_KEYS, CHANGE_NEEDED
from auditor.rulebook.read import CERTAINTIES, OPTIONAL, RULE_KEYS, STATUSES
from auditor.ruletest.chats import CASE_KEYS, FACT_KEYS

Schema = dict[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_DURATION = r"^(\d+[smhd])+$"
_HOURS = r"^\d{1,2}:\d{2}-\d{1,2}:\d{2}$"
_NAME: Schema = {"type": "string", "pattern": r"^\$[A-Za-z_]\w*$", "description": "what `define` says under that name"}
_TEXT: Schema = {"type": "string", "minLength": 1}
_ANY: Schema = {}


def schemas() -> dict[str, str]:
    """File name → JSON Schema, laid out and sorted so that it changes only where the program does."""
    made = {"rule": _rule(), "pack": _pack(), "test": _tests(), "overlay": _overlay()}
    return {f"{name}.schema.json": json.dumps(schema, indent=1, ensure_ascii=False) + "\n" for name, schema in made.items()}


def _object(properties: Mapping[str, Schema], needed: Sequence[str] = (), **more: Any) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": dict(properties), "required": list(needed), **more}


def _one_of(words: Sequence[str]) -> Schema:
    return {"enum": list(words)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_TEXTS = _object(dict.fromkeys(LANGS, _TEXT), LANGS)
_DATE: Schema = {"type": "string", "pattern": _DAY}


# ---- a rule --------------------------------------------------------------------------------------------------------------


def _rule() -> Schema:
    known: dict[str, Schema] = {
        "id": {"type": "string", "pattern": r"^[a-z0-9_]+/[a-z0-9_]+$", "description": "<pack>/<file name>"},
        "extends": {"type": "string", "pattern": r"^[a-z0-9_]+/[a-z0-9_]+$", "description": "the rule that this one changes"},
        "title": _TEXTS,
        "status": _one_of(STATUSES),
        "detector": _one_of(sorted(DETECTORS)),
        "family": _one_of(FAMILIES),
        "severity": _one_of(SEVERITIES),
        "certainty_at_most": _one_of(CERTAINTIES),
        "message": {**_TEXTS, "description": "may name the detector's facts in braces"},
        "why": _TEXTS,
        "fix": _TEXTS,
        "clause": {"$ref": "#/$defs/clause"},
        "falsepositives": {**_list(_TEXTS), "minItems": 1},
        "yields_to": _list(_TEXT),
        "figures": {"type": "array", "items": {"type": "object"}, "description": "what in params or penalty is not certain"},
        "params": {"type": "object", "propertyNames": {"pattern": _DAY}, "minProperties": 1},
    }
    definitions: dict[str, Schema] = {"clause": _clause()}
    cases = []
    for name, detector in sorted(DETECTORS.items()):
        block = _params(detector.Params, name, definitions)
        then: Schema = {"properties": {"params": {"additionalProperties": {"anyOf": [{"type": "null"}, block]}}}}
        facts = ", ".join(f"{{{fact}}}" for fact in sorted(detector.FACTS))
        then["properties"]["message"] = {"description": f"may name {facts}"}
        cases.append({"if": {"properties": {"detector": {"const": name}}, "required": ["detector"]}, "then": then})
    needed = [key for key in RULE_KEYS if key not in OPTIONAL]
    ways = [{"required": needed}, {"required": ["id", "extends"]}]
    head = {"$schema": _DRAFT, "title": "a rule: rules/<pack>/<rule>.yaml"}
    return {
        **head,
        **_object({key: known.get(key, _ANY) for key in RULE_KEYS}),
        "anyOf": ways,
        "allOf": cases,
        "$defs": definitions,
    }


def _clause() -> Schema:
    return {
        "type": "object",
        "properties": {
            "document": _TEXT,
            "section": _TEXT,
            "source": _TEXT,
            "seen": _DATE,
            "confidence": _one_of(CONFIDENCES),
            "note": _TEXTS,
            "text": _TEXTS,
        },
        "required": ["document", "section", "source", "seen", "confidence"],
    }


def _params(params: Any, name: str, definitions: dict[str, Schema]) -> Schema:
    """One day's block: nothing is required, as a rule may extend another one."""
    properties = _fields(params, name, definitions)
    free = {"type": "object", "description": "names for parts that are used several times: write $name for them"}
    return _object({**properties, "define": free}, description=_first_line(params))


def _fields(hint: Any, name: str, definitions: dict[str, Schema]) -> dict[str, Schema]:
    hints = typing.get_type_hints(hint)
    return {key: _type(hints[field.name], name, definitions) for key, field in yaml_names(hint).items()}


def _type(hint: Any, name: str, definitions: dict[str, Schema]) -> Schema:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        inner = next(arg for arg in args if arg is not type(None))
        return {"anyOf": [_type(inner, name, definitions), {"type": "null"}]}
    if origin is typing.Literal:
        return _one_of([*args])
    if args == (int, int):
        return {"type": "string", "pattern": _HOURS}
    if origin in (tuple, frozenset):
        return {"anyOf": [_list(_type(args[0], name, definitions)), _NAME]}
    if dataclasses.is_dataclass(hint):
        return _nested(hint, name, definitions)
    return _plain(hint)


def _nested(hint: Any, name: str, definitions: dict[str, Schema]) -> Schema:
    key = f"{name}.{hint.__name__}"
    if key not in definitions:
        definitions[key] = {}  # it may hold itself
        missing = dataclasses.MISSING
        needed = [
            each for each, field in yaml_names(hint).items() if field.default is missing and field.default_factory is missing
        ]
        definitions[key] = _object(_fields(hint, name, definitions), needed, description=_first_line(hint))
    return {"anyOf": [{"$ref": f"#/$defs/{key}"}, _NAME]}


def _first_line(hint: Any) -> str:
    return " ".join((hint.__doc__ or "").split())


def _plain(hint: Any) -> Schema:
    if hint is timedelta:
        return {"type": "string", "pattern": _DURATION, "description": "90s, 3m, 24h, 2d"}
    if hint is ListName:
        return {"type": "string", "pattern": r"^[a-z0-9_]+(/[a-z0-9_]+)*$", "description": "a word list of rules/words"}
    if hint is bool:
        return {"type": "boolean"}
    if hint is int:
        return {"type": "integer", "minimum": 0}
    return {"type": ["number", "string"]} if hint in (float, Decimal) else {"type": "string"}


# ---- the other files --------------------------------------------------------------------------------------------------------


def _pack() -> Schema:
    known: dict[str, Schema] = {
        "id": {"type": "string", "pattern": "^[a-z0-9_]+$", "description": "the folder's name"},
        "version": _TEXT,
        "title": _TEXTS,
        "platforms": {**_list(_TEXT), "minItems": 1},
        "timezone": {"type": "string", "description": "Asia/Shanghai"},
        "calendar": {"type": "string", "pattern": "^[A-Z]{2}$"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "language": _one_of(LANGS),
        "hours": {"type": "string", "pattern": _HOURS},
        "define": {"type": "object", "description": "names that all rules of the pack may use: $name"},
    }
    head = {"$schema": _DRAFT, "title": "a pack's head: rules/<pack>/pack.yaml"}
    return {**head, **_object({key: known.get(key, {"type": ["object", "array"]}) for key in PACK_KEYS}, PACK_NEEDED)}


def _tests() -> Schema:
    rows = {"orders": sorted(ORDER_COLUMNS), "facts": FACT_KEYS}
    known: dict[str, Schema] = {key: _list(_object(dict.fromkeys(names, _ANY))) for key, names in rows.items()}
    known["lang"] = _one_of(LANGS)
    known["chat"] = {"type": "string", "description": "2026-03-02 10:00:00 buyer: text   #! what the finding must say"}
    case = _object({key: known.get(key, {"type": "string"}) for key in CASE_KEYS}, ["name", "chat"])
    head = {"$schema": _DRAFT, "title": "a rule's chats: rules/<pack>/<rule>.test.yaml"}
    return {**head, **_object({"cases": {**_list(case), "minItems": 1}}, ["cases"])}


def _overlay() -> Schema:
    known: dict[str, Schema] = {
        "shops": {**_list(_TEXT), "minItems": 1, "description": 'shop ids, or ["*"] for all'},
        "off": {"const": True},
        "params": {"type": "object"},
        "severity": _one_of(SEVERITIES),
        "from": _DATE,
        "until": _DATE,
    }
    change = _object({key: known.get(key, _TEXT) for key in CHANGE_KEYS}, CHANGE_NEEDED)
    head = {"$schema": _DRAFT, "title": "a shop's overlay: rules tuned or switched off"}
    return {**head, **_object({"id": _TEXT, "changes": {**_list(change), "minItems": 1}}, ["id", "changes"])}
