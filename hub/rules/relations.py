"""Who owes whom: what the law makes of it when somebody is late."""

from __future__ import annotations

from enum import StrEnum


class Relation(StrEnum):
    """The parties of a claim, as räntelagen (1975:635) and lagen (1981:739) tell them apart."""

    CONSUMER = "consumer"  # a business's claim on a consumer (*konsument*), or none of the others
    BUSINESSES = "businesses"  # between businesses (*näringsidkare*), in their trade
    PUBLIC_DEBTOR = "public_debtor"  # a business's claim on a public authority, for goods or services

    @property
    def is_commercial(self) -> bool:
        """Whether the stricter rules of trade hold: räntelagen 2 a § and 4 a §, lagen (1981:739) 4 a §."""
        return self is not Relation.CONSUMER
