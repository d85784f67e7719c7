"""Reskontra Hub: an integration hub for accounts receivable (*kundreskontra*).

`hub.Hub` is the facade for a core ledger in the same process. It is loaded on first use, so that a plugin which imports
`hub.contracts` never pulls in the store or the runtime.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Hub", "__version__"]

if TYPE_CHECKING:
    from hub.runtime.facade import Hub


def __getattr__(name: str) -> Any:
    if name == "Hub":
        from hub.runtime.facade import Hub

        return Hub
    raise AttributeError(f"module 'hub' has no attribute {name!r}")
