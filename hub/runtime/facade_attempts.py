"""`hub.attempts`: messages to the outside, and where each stands."""

from __future__ import annotations

from hub.errors import DataError
from hub.model.attempts import Attempt
from hub.runtime.bootstrap import TenantWork


class AttemptsDesk:
    """Reads the attempts of one tenant. What a person finds out is told by the command `decide_attempt`."""

    def __init__(self, work: TenantWork) -> None:
        self._work = work

    def latest(
        self, *, state: str = "", channel: str = "", limit: int = 50, before: int | None = None
    ) -> list[Attempt]:
        """Return the newest attempts first; `before` continues below an attempt number."""
        with self._work.store.read() as work:
            return work.attempts.latest(state=state, channel=channel, limit=limit, before=before)

    def get(self, attempt_no: int) -> Attempt:
        """Return one attempt. Raises DataError when there is none of this number."""
        with self._work.store.read() as work:
            attempt = work.attempts.get(attempt_no)
        if attempt is None:
            raise DataError(f"there is no attempt {attempt_no}; see: hub attempts list")
        return attempt
