"""`--config auditor.yaml`: options by their long names; what the command line says wins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from auditor.errors import UsageError


def configured(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    """Make the file's values the options' defaults. Raises UsageError with every fault and its line."""
    if value is None:
        return
    from auditor import strictyaml
    from auditor.params import suggest

    document = strictyaml.load(value)
    given = {} if document.value is None else document.value
    if not isinstance(given, dict):
        raise UsageError(document.fault((), "is not a list of options", "write `out: reports` and the like"))
    options = {each.opts[-1].removeprefix("--"): each for each in ctx.command.params if isinstance(each, click.Option)}
    del options["config"]
    faults, defaults = [], {}
    for key, each in given.items():
        if key not in options:
            faults.append(document.fault((key,), f"{key!r} is no option of `auditor {ctx.info_name}`", suggest(key, options)))
        elif each is not None:
            try:
                defaults[options[key].name] = _converted(ctx, options[key], each)
            except (ValueError, click.BadParameter) as error:
                what = error.message if isinstance(error, click.BadParameter) else str(error)
                faults.append(document.fault((key,), f"{key}: {what.rstrip('.')}"))
    if faults:
        raise UsageError(faults)
    ctx.default_map = {**(ctx.default_map or {}), **defaults}


def _converted(ctx: click.Context, option: click.Option, value: Any) -> Any:
    if option.is_flag:
        if not isinstance(value, bool):
            raise ValueError(f"{value!r} is neither true nor false")
        return value
    many = value if isinstance(value, list) and option.multiple else [value]
    if any(isinstance(each, bool | float | list | dict | None) for each in many):
        raise ValueError(f"{value!r} is not " + ("a list of texts" if option.multiple else "one plain value"))
    texts = [str(each) for each in many]
    for each in texts:
        option.type.convert(each, option, ctx)
        if option.callback and not option.multiple:
            option.callback(ctx, option, each)
    return texts if option.multiple else texts[0]
