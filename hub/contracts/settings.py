"""Base model for a plugin's table in the tenant's TOML file."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_REFERENCE = re.compile(r"^(env|file):(.+)$")


class PluginSettings(BaseModel):
    """Settings of one plugin for one tenant: unknown keys are refused, every field has a description and a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SecretReference(str):
    """Where a secret is kept: `env:NAME` or `file:PATH`. The secret itself never stands in a settings file.

    The value is fetched by `PluginContext.secret(name)` when it is needed, so it is in no settings object and no log.
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> SecretReference:
        """Accept `env:NAME` or `file:PATH`. Raises ValueError that never repeats the text."""
        if not _REFERENCE.match(text):
            raise ValueError("a secret is given by reference: env:NAME or file:PATH")
        return cls(text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())
