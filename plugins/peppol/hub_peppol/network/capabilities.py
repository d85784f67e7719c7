"""What a participant takes by the network's own registers, as the channel asks it of whoever knows."""

from __future__ import annotations

from collections.abc import Collection

from hub.banking_calendar import Clock
from hub.errors import HubError, TransientError, UntrustedAnswer
from hub_peppol.network.identifiers import BILLING_PROCESS, Named
from hub_peppol.network.lookup import Lookup, Wanted
from hub_peppol.network.outcome import Found, NotThere


class NetworkCapabilities:
    """Knows by SML and SMP who takes what."""

    def __init__(self, lookup: Lookup, clock: Clock, process: Named = BILLING_PROCESS) -> None:
        self._lookup = lookup
        self._clock = clock
        self._process = process

    def look_up(self, participant: Named, document_types: Collection[Named]) -> Collection[Named]:
        """Return those of the document types that a participant takes; none where it is not in the network.

        Raises:
            TransientError: there is no answer now, or one that proves nothing.
            ConfigurationError: there is none before a setting is mended.
        """
        wanted = [Wanted(participant, one, self._process) for one in document_types]
        answers = self._lookup.find_all(wanted, self._clock.now())
        return [one.document_type for one in wanted if _is_found(answers[one])]


def _is_found(answer: Found | NotThere | HubError) -> bool:
    if isinstance(answer, UntrustedAnswer):
        raise TransientError(f"the register of the receiver gives no answer that may be trusted: {answer}")
    if isinstance(answer, HubError):
        raise answer
    return isinstance(answer, Found)
