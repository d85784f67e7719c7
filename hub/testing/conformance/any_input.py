"""What readers are given in great number: damaged files and random bytes, the same ones in every run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

IN_FULL = 4  # times as many, where the option --in-full is known and given


class GivenAnything:
    """The part of a kit for what reads; `mutations` is how many examples each check tries."""

    mutations: int

    @pytest.fixture(autouse=True)
    def more_mutations_in_full(self, request: pytest.FixtureRequest) -> None:
        """Try many more where the run may take its time."""
        if request.config.getoption("--in-full", default=False):
            self.mutations *= IN_FULL

    def _for_any(self, strategy: st.SearchStrategy[Any], claim: Callable[[Any], object]) -> None:
        """Hold a claim against many examples, the same ones in every run."""

        @settings(
            max_examples=self.mutations,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def holds(example: Any) -> None:
            claim(example)

        holds()
