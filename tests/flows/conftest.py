"""What most flows begin with; a file whose tests need another world makes its own."""

from __future__ import annotations

import pytest
from imported_ledger import Ledger
from payment_world import World
from sqlalchemy import Engine


@pytest.fixture
def world(engine: Engine) -> World:
    """A tenant that takes payment files."""
    return World(engine)


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    """A tenant that takes files of receivables."""
    return Ledger(engine)
