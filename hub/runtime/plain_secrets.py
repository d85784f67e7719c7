"""Refuses secrets that stand in a settings file in plain text, also in tables whose settings we do not know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hub.errors import ConfigurationError

_REFERENCE = re.compile(r"(env|file):.+")
_SECRET_WORDS = frozenset({"password", "passphrase", "passwd", "pin", "secret", "token", "key", "credential"})
_KEYS_ANYONE_MAY_SEE = re.compile(r"(public|host)_?keys?$")


def refuse_plain_secrets(value: Any, path: str, source: str) -> None:
    """Raise ConfigurationError when a key named like a secret holds anything but a reference, at any depth."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            inner_path = f"{path}.{name}"
            if _is_named_like_a_secret(name) and not isinstance(inner, Mapping):
                _refuse_unless_reference(inner, inner_path, source)
            refuse_plain_secrets(inner, inner_path, source)
    elif isinstance(value, list):
        for place, inner in enumerate(value, start=1):
            refuse_plain_secrets(inner, f"{path}[{place}]", source)


def _is_named_like_a_secret(name: str) -> bool:
    lowered = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_")
    last_word = lowered.rpartition("_")[2]
    is_secret = last_word in _SECRET_WORDS or last_word.removesuffix("s") in _SECRET_WORDS
    return is_secret and _KEYS_ANYONE_MAY_SEE.search(lowered) is None


def _refuse_unless_reference(value: Any, path: str, source: str) -> None:
    values = value if isinstance(value, list) else [value]
    if all(isinstance(one, str) and _REFERENCE.fullmatch(one) for one in values):
        return
    raise ConfigurationError(
        f"a secret stands in the settings, in {source}",
        where=path,
        hint="put it in the environment or a file and write env:NAME or file:PATH here; change the secret, it was seen",
    )
