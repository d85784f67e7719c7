"""Whether the companies that plugins' settings name are companies of the tenant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from hub.errors import ConfigurationError, HubError
from hub.model.setting_values import CompanyNumber
from hub.model.tenant import Tenant
from hub.runtime.config import listed
from hub.runtime.findings import Finding, Health
from hub.runtime.installed import plugin_settings

_SAID_OF_IT = FieldInfo.from_annotation(CompanyNumber).metadata  # what is left of the type in a field that is one


def company_findings(tenant: Tenant, what: str) -> Iterator[Finding]:
    """Find company numbers in the tables of a tenant's plugins that none of its companies has, each with its setting.

    What is set for such a company is used for nobody, mostly since a number is misspelt.
    """
    numbers = listed([company.number for company in tenant.companies])
    for name in tenant.plugins:
        try:
            settings = plugin_settings(tenant, name)
        except HubError:  # a finding of its own
            continue
        for path, number in numbers_named(settings, f"plugins.{name}"):
            if tenant.company(number) is None:
                hint = f"write the number of one of its companies ({numbers}), or take it away"
                error = ConfigurationError(f"the tenant has no company {number}", where=path, hint=hint)
                yield Finding(Health.LOOK, what, str(error))


def numbers_named(model: BaseModel, path: str) -> Iterator[tuple[str, str]]:
    """Yield the company numbers within settings of any shape, with the setting that each stands in."""
    for name, field in type(model).model_fields.items():
        hint = CompanyNumber if all(one in field.metadata for one in _SAID_OF_IT) else field.annotation
        yield from _named(hint, getattr(model, name), f"{path}.{field.alias or name}")


def _named(hint: Any, value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield those within a value of this type; of a type that says nothing of what is within, none."""
    origin, within = get_origin(hint), get_args(hint)
    if isinstance(value, BaseModel):
        yield from numbers_named(value, path)
    elif origin in (Union, UnionType):
        yield from _named(_fitting(within, value), value, path)
    elif _is_number(hint):
        if isinstance(value, str):
            yield path, value
    elif origin is Annotated:
        yield from _named(within[0], value, path)
    else:
        for inner_hint, inner, inner_path in _parts(hint, value, path):
            yield from _named(inner_hint, inner, inner_path)


def _is_number(hint: Any) -> bool:
    """Say whether a type is that of company numbers, be it further limited."""
    return get_origin(hint) is Annotated and all(one in get_args(hint)[1:] for one in get_args(CompanyNumber)[1:])


def _fitting(hints: Sequence[Any], value: Any) -> Any:
    """Return the first of several types that takes a value as it is, None when there is none."""
    for hint in hints:
        try:
            TypeAdapter(hint).validate_python(value, strict=True)
        except Exception:  # noqa: BLE001, S112 - types and validators of others; what fails does not fit
            continue
        return hint
    return None


def _parts(hint: Any, value: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
    """Yield what stands within a value: its type, itself, and its path, which counts as messages about settings do."""
    hints = get_args(hint)
    if isinstance(value, Mapping):
        for key, inner in value.items() if len(hints) == 2 else ():
            yield hints[0], key, f"{path}.{key}"
            yield hints[1], inner, f"{path}.{key}"
    elif isinstance(value, set | frozenset):
        yield from ((hint, inner, path) for hint in hints[:1] for inner in sorted(value, key=str))
    elif isinstance(value, tuple | list):
        is_fixed = get_origin(hint) is tuple and Ellipsis not in hints
        places = zip(hints if is_fixed else hints[:1] * len(value), value, strict=False)
        yield from ((hint, inner, f"{path}[{place}]") for place, (hint, inner) in enumerate(places, 1))
