"""What a participant takes by the network's own registers, as the channel asks it of whoever knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import chain

from hub.banking_calendar import Clock
from hub.errors import ConfigurationError, HubError
from hub_peppol.network.identifiers import BILLING_PROCESS, Named
from hub_peppol.network.lookup import Lookup, Wanted
from hub_peppol.network.outcome import Found, NotThere, Takes


class NetworkCapabilities:
    """Knows by SML and SMP who takes what."""

    def __init__(self, lookup: Lookup, clock: Clock, process: Named = BILLING_PROCESS) -> None:
        self._lookup = lookup
        self._clock = clock
        self._process = process

    def look_up_all(
        self, participants: Collection[Named], document_types: Collection[Named]
    ) -> Mapping[Named, Takes | HubError]:
        """Return for each participant those of the document types that it takes; none where it is not in the network.

        All are asked about together; one whose registers give no answer, or none that may be trusted, has that error.

        Raises:
            ConfigurationError: there is no answer about anybody before a setting is mended.
        """
        wanted = {one: [Wanted(one, each, self._process) for each in document_types] for one in participants}
        answers = self._lookup.find_all(chain.from_iterable(wanted.values()), self._clock.now())
        return {one: _taken({each: answers[each] for each in wanted[one]}) for one in participants}


def _taken(answers: Mapping[Wanted, Found | NotThere | HubError]) -> Takes | HubError:
    errors = [one for one in answers.values() if isinstance(one, HubError)]
    for error in errors:
        if isinstance(error, ConfigurationError):
            raise error
    if errors:
        return errors[0]
    found = {one.document_type: answer for one, answer in answers.items() if isinstance(answer, Found)}
    if found:
        return Takes(tuple(found), holds_for_s=min(one.holds_for_s for one in found.values()))
    not_there = [one for one in answers.values() if isinstance(one, NotThere)]
    return Takes((), not_there[0].reason, min(one.holds_for_s for one in not_there))
