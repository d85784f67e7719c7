"""What the pages that are run begin with."""

from __future__ import annotations

from compiled_once import statements_are_compiled_once
from engine_tables_once import engine_tables_are_made_once
from unsynced import nothing_is_synced

__all__ = ["engine_tables_are_made_once", "nothing_is_synced", "statements_are_compiled_once"]  # for every page
