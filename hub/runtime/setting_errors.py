"""Turns what pydantic says about settings into one ConfigurationError that a person can act on.

The path is dotted, with list places counted from 1: `companies[1].payee_accounts[2].bankgiro`. A value that was refused
is never repeated, since it may be a secret in the wrong place.
"""

from __future__ import annotations

import re
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from hub.errors import ConfigurationError
from hub.model.refusals import Location, causes, closest, dotted_path, in_words

MOST_SHOWN = 5  # wrong settings in one message; the rest is counted
REFERENCE_PAGE = "docs/settings.md"
THING = "setting"
_MARKDOWN = re.compile(r"`([^`]+)`|(?<!\w)\*(\w[^*]*)\*|\[([^\]]+)\]\([^)]+\)")


def configuration_error(
    error: ValidationError, model: type[BaseModel], *, source: str, path: str = "", page: str = REFERENCE_PAGE
) -> ConfigurationError:
    """Say what is wrong with settings read for `model`, where, and what to do.

    `source` is the file as people know it; `path` is put before every dotted path, such as `plugins.kivra`; `page` is
    what tells of these settings.
    """
    problems = causes(error)
    first = problems[0]
    others = [f"{dotted_path(other['loc'], path)}: {in_words(other, THING)}" for other in problems[1:MOST_SHOWN]]
    if len(problems) > MOST_SHOWN:
        others.append(f"{len(problems) - MOST_SHOWN} more")
    also = f"; also wrong: {'; '.join(others)}" if others else ""
    said, hint = in_words(first, THING), _hint(first, model, page)
    return ConfigurationError(f"{said}, in {source}", where=dotted_path(first["loc"], path), hint=hint + also)


def settings_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a model by the names they have in TOML."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def model_within(annotation: Any) -> type[BaseModel] | None:
    """Return the model that an annotation holds, bare or in a list, table or union; None when it holds none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (model_within(argument) for argument in get_args(annotation))
    return next((model for model in found if model is not None), None)


def _hint(problem: ErrorDetails, model: type[BaseModel], page: str) -> str:
    location = problem["loc"]
    if problem["type"] == "extra_forbidden":
        return _hint_for_unknown(str(location[-1]), _model_at(model, location[:-1]))
    field = _field_at(model, location)
    described = f": {plain(field.description)}" if field is not None and field.description else ""
    if problem["type"] == "missing":
        return f"add {location[-1]}{described}" if described else f"add {location[-1]}, see {page}"
    return f"see {page}{described}"


def plain(text: str) -> str:
    """Take the Markdown out of a description: marks of code and stress, and where links lead."""
    return _MARKDOWN.sub(lambda found: "".join(part or "" for part in found.groups()), text)


def _hint_for_unknown(name: str, model: type[BaseModel] | None) -> str:
    known = settings_of(model) if model is not None else {}
    nearest = closest(name, known)
    if nearest is not None:
        return f"did you mean {nearest}?"
    return f"remove it; here are known: {', '.join(known)}" if known else "remove it"


def _model_at(model: type[BaseModel], location: Location) -> type[BaseModel] | None:
    if not location:
        return model
    field = _field_at(model, location)
    return model_within(field.annotation) if field is not None else None


def _field_at(model: type[BaseModel], location: Location) -> FieldInfo | None:
    """Return the last field that `location` names; list places and the keys of tables are passed over."""
    current: type[BaseModel] | None = model
    field: FieldInfo | None = None
    is_key = False
    for part in location:
        if isinstance(part, int) or is_key:
            is_key = False
            continue
        if current is None or part not in settings_of(current):
            return field
        field = settings_of(current)[part]
        is_key = get_origin(field.annotation) is dict
        current = model_within(field.annotation)
    return field
