"""Settings of plugins as people type them on a command line, where quotes are for the shell."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from hub.runtime.installed import wants_text


def tables_written(written: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Any]]:
    """Return settings by plugin from their texts: as in a tenant's file, and what has to be text without its quotes.

    What is wrong with them is for those to say who use them.
    """
    return {plugin: _table(plugin, texts) for plugin, texts in written.items()}


def _table(plugin: str, texts: Mapping[str, str]) -> dict[str, Any]:
    table = {setting: _value(text) for setting, text in texts.items()}
    return table | {setting: texts[setting] for setting in wants_text(plugin, table)}


def _value(written: str) -> Any:
    try:
        return tomllib.loads(f"value = {written}")["value"]
    except tomllib.TOMLDecodeError:
        return written  # a word
