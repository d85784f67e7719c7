"""The pluggy markers of the project; plugins use `hookimpl`."""

from __future__ import annotations

import pluggy

PROJECT = "hub"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
