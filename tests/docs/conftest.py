"""What the pages that are run begin with."""

from __future__ import annotations

from unsynced import nothing_is_synced

__all__ = ["nothing_is_synced"]  # for every page
