"""Whether the secrets that plugins' settings refer to are there; none of them is ever shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from hub.contracts import SecretReference
from hub.errors import ConfigurationError, HubError
from hub.model.tenant import Tenant
from hub.runtime.config import Home
from hub.runtime.findings import Finding, Health
from hub.runtime.installed import plugin_settings


def secret_findings(home: Home, tenant: Tenant, what: str) -> Iterator[Finding]:
    """Find references of a tenant's plugins that lead to nothing, each with its plugin and setting."""
    for name in tenant.plugins:
        try:
            settings = plugin_settings(tenant, name)
        except HubError:  # a finding of its own
            continue
        for path, reference in _references(settings, f"plugins.{name}"):
            try:
                home.secret(reference, where=path)
            except ConfigurationError as error:
                yield Finding(Health.WRONG, what, str(error))


def _references(value: Any, path: str) -> Iterator[tuple[str, SecretReference]]:
    if isinstance(value, SecretReference):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _references(getattr(value, name), f"{path}.{field.alias or name}")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _references(inner, f"{path}.{name}")
    elif isinstance(value, tuple | list):
        for place, inner in enumerate(value, 1):  # as messages about settings count
            yield from _references(inner, f"{path}[{place}]")
