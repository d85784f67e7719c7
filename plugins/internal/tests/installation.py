"""The other side within this process: the inboxes of an installation, and what can befall its database."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Self

from hub.contracts import Received
from hub.errors import OutcomeUnknownError, RejectedError, TransientError
from hub.testing.contexts import InboxesInMemory

NOT_THERE, LOCKED, LOST = "inbox_is_gone", "database_is_locked", "database_goes_away"


class Installation(InboxesInMemory):
    """Stands in for the hub's database; what it took is told as by any sandbox."""

    name = "internal"
    faults: Sequence[str] = (NOT_THERE, LOCKED, LOST)
    settings: Mapping[str, Any] = {}
    secrets: Mapping[str, str] = {}

    def __init__(self, *organisation_numbers: str) -> None:
        super().__init__(*organisation_numbers)
        self._ordered: deque[str] = deque()
        self._is_open = False

    def put(self, inbox: str, *, key: str, name: str, content: bytes) -> str:
        fault = self._ordered.popleft() if self._ordered else ""
        if fault == NOT_THERE:
            raise RejectedError("the inbox is there no more")
        if fault == LOCKED or not self._is_open:
            raise TransientError("the database does not answer")
        number = super().put(inbox, key=key, name=name, content=content)
        if fault == LOST:
            raise OutcomeUnknownError("the database does not answer any more")
        return number

    def received(self) -> Sequence[Received]:
        return [_read(inbox, content) for (inbox, _), content in self.documents.items()]

    def order(self, fault: str, times: int = 1) -> None:
        if fault not in self.faults:
            raise ValueError(f"no fault {fault}")
        self._ordered.extend([fault] * times)

    def __enter__(self) -> Self:
        self._is_open = True
        return self

    def __exit__(self, *error: object) -> None:
        self._is_open = False


def _read(inbox: str, content: bytes) -> Received:
    said = json.loads(content)
    return Received(inbox, said["document"]["number"], hashlib.sha256(base64.b64decode(said["pdf"])).hexdigest())
