"""Documents as they are kept."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from hub.errors import LedgerError
from hub.services.delivery.loading import load_documents


def test_a_document_that_cannot_be_read_is_named_and_can_be_closed():
    store: Any = SimpleNamespace(contents=SimpleNamespace(read_all=lambda _sha256s: {"one": b"{}"}))
    row: Any = SimpleNamespace(document_no=7, sha256="one")

    with pytest.raises(LedgerError, match=r"document 7 cannot be read: .* hub documents close 7"):
        load_documents(store, [row], {})
