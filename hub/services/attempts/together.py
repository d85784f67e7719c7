"""How many messages a turn begins in one transaction: one, or as many as the channel has just taken in a row.

After a death each message that was begun may have arrived. On an idempotent channel it is sent again, which does no
harm unless it is refused: then a person has to find out. So several are begun only where the calls heard before them
were all taken: with refusals among them the row is short, and of those in doubt one or two will be refused. Those whose
calls are still under way count among the several. Nor are more
begun together than are called at once when calls take long: there a transaction each costs little, and a person who
cancels would wait.
"""

from __future__ import annotations

from hub.model.attempts import Promise
from hub.rules.attempts import Outcome

MOST = 16
QUICK_MS = 100


class TakenInARow:
    """Counts the calls of a turn that were taken at once, one after the other."""

    def __init__(self, promise: Promise, *, is_limited: bool, calls_at_once: int = 1) -> None:
        """A channel that is called at a pace of its own waits between two calls, so each is begun by itself."""
        self._most = MOST if promise == Promise.IDEMPOTENT and not is_limited else 1
        self.calls_at_once = max(1, min(calls_at_once, self._most))
        self._taken = 0
        self._quick = 0

    @property
    def begins(self) -> int:
        """How many of the next messages are begun in one transaction."""
        return max(1, min(self._quick, self._most), min(self._taken, self.calls_at_once))

    @property
    def goes_on(self) -> bool:
        """Whether the call heard last was taken quickly: else what was begun with it is not called yet."""
        return self._quick > 0

    def heard(self, outcome: Outcome, took_ms: int) -> None:
        """Count what a call came to."""
        self._taken = self._taken + 1 if outcome is Outcome.DELIVERED else 0
        self._quick = self._quick + 1 if self._taken and took_ms <= QUICK_MS else 0

    def end(self) -> None:
        """Begin the next message by itself."""
        self._taken = self._quick = 0
