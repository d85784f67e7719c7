"""Which source system (*försystem*) a file comes from; its name is part of every receivable's identity."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from hub.errors import ConfigurationError
from hub.model.refusals import closest
from hub.model.source_system import SourceSystem
from hub.model.tenant import Tenant
from hub.services.ports import UnitOfWork

PLACE = "source_systems"
DECLARE_IT = "declare a new one by a table of its own"
DECLARE_ALL = "for another, declare all of them, each by a table with its name"


def source_system_of(work: UnitOfWork, tenant: Tenant, name: str) -> SourceSystem:
    """Return the source system of this name.

    Another name makes other receivables of the same invoices, so a name is taken for a new one only when there is
    nothing it could be a misspelling of: no source system is declared, and none has been imported from.

    Raises:
        ConfigurationError: nobody has declared it, and there are others; or it can be no name.
    """
    found = tenant.source_system(name)
    if found is not None:
        return found
    system = _named(name)
    if declared := [other.name for other in tenant.source_systems]:
        raise _unknown(name, declared, f"declared: {', '.join(declared)}; {DECLARE_IT}")
    if others := work.receivables.other_source_systems(name):
        raise _unknown(name, others, f"imported from before: {', '.join(others)}; {DECLARE_ALL}")
    return system


def _named(name: str) -> SourceSystem:
    try:
        return SourceSystem(name=name)
    except ValidationError:
        raise ConfigurationError(
            "the name of a source system has small letters, digits, - and _ only, at most 40", where="source_system"
        ) from None


def _unknown(name: str, known: Sequence[str], hint: str) -> ConfigurationError:
    nearest = closest(name, known)
    question = f"did you mean {nearest}? " if nearest is not None else ""
    return ConfigurationError(f"there is no source system {name}", where=PLACE, hint=question + hint)
