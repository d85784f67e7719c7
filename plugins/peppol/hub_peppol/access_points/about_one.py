"""Questions about one document, of which an access point may be unable to say anything while it does of all others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hub.errors import ConfigurationError, HubError, TransientError

Said = TypeVar("Said")


def about_one(ask: Callable[[], Said], prove: Callable[[], None]) -> Said | HubError:
    """Return what is said, or the error once the access point is proved to be there: then it is about the document.

    Args:
        ask: asks about one document.
        prove: see `AccessPoint.prove`; what it raises is about the access point, and is raised.
    """
    try:
        return ask()
    except (TransientError, ConfigurationError) as error:
        prove()
        return error


def told_of(error: HubError) -> str:
    """Return what a person is told of a document that the access point knows and of which nothing can be read."""
    return (
        "the access point says nothing that can be read of one document while it does of others; "
        f"look at it there ({error})"
    )
