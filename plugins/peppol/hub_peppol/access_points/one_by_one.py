"""Many receivers looked up at an access point that is asked about one at a time."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping

from hub.errors import HubError, TransientError
from hub_peppol.access_points.port import Taken
from hub_peppol.network.identifiers import Named
from hub_peppol.network.outcome import Takes

MOST_FAILURES = 5  # in a row: then it does not answer at all, and each question more would wait for its time-out


class OneByOne(ABC):
    """The look-up of many by that of one; whom there is no answer about keeps nobody else from one."""

    @abstractmethod
    def look_up(self, participant: Named, document_types: Collection[Named]) -> Collection[Named]:
        """Return those of the document types that a participant takes; none where it is not in the network.

        Raises:
            TransientError: there is no answer now.
            ConfigurationError: there is none before a setting is mended.
        """

    def look_up_all(self, participants: Collection[Named], document_types: Collection[Named]) -> Mapping[Named, Taken]:
        """See `Capabilities.look_up_all`.

        They are asked about in any order: were it always the same, a few who fail would stand before the same others.
        """
        found: dict[Named, Taken] = {}
        failures: list[HubError] = []
        for participant in random.sample(list(participants), len(participants)):
            answer = failures[-1] if len(failures) >= MOST_FAILURES else self._looked_up(participant, document_types)
            failures = [*failures, answer] if isinstance(answer, HubError) else []
            found[participant] = answer
        return found

    def _looked_up(self, participant: Named, document_types: Collection[Named]) -> Taken:
        try:
            return Takes(tuple(self.look_up(participant, document_types)))
        except TransientError as error:
            return error
