"""Whether the companies that plugins' settings name are companies of the tenant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel
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
        for path, number in _of_model(settings, f"plugins.{name}"):
            if tenant.company(number) is None:
                hint = f"write the number of one of its companies ({numbers}), or take it away"
                error = ConfigurationError(f"the tenant has no company {number}", where=path, hint=hint)
                yield Finding(Health.LOOK, what, str(error))


def _of_model(model: BaseModel, path: str) -> Iterator[tuple[str, str]]:
    for name, field in type(model).model_fields.items():
        hint = CompanyNumber if field.metadata == _SAID_OF_IT else field.annotation
        yield from _named(hint, getattr(model, name), f"{path}.{field.alias or name}")


def _named(hint: Any, value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield the company numbers within a value of this type, with the setting that each stands in."""
    if hint is CompanyNumber and isinstance(value, str):
        yield path, value
    elif isinstance(value, BaseModel):
        yield from _of_model(value, path)
    elif get_origin(hint) is Annotated:
        yield from _named(get_args(hint)[0], value, path)
    else:
        yield from _within(get_args(hint), value, path)


def _within(hints: tuple[Any, ...], value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _named(hints[0], key, f"{path}.{key}")
            yield from _named(hints[1], inner, f"{path}.{key}")
    elif isinstance(value, tuple | list):
        for place, inner in enumerate(value, 1):  # as messages about settings count
            yield from _named(hints[0], inner, f"{path}[{place}]")
    else:
        for hint in hints:  # of several that it may be
            yield from _named(hint, value, path)
