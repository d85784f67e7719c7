"""Who owes whom: what the law makes of it when somebody is late."""

from __future__ import annotations

from enum import StrEnum

from hub.model.parties import DebtorClass


class Relation(StrEnum):
    """The parties of a claim, as räntelagen (1975:635) and lagen (1981:739) tell them apart."""

    CONSUMER = "consumer"  # a business's claim on a consumer (*konsument*), or none of the others
    BUSINESSES = "businesses"  # between businesses (*näringsidkare*), in their trade
    PUBLIC_DEBTOR = "public_debtor"  # a business's claim on a public authority, for goods or services

    @property
    def is_commercial(self) -> bool:
        """Whether the stricter rules of trade hold: räntelagen 2 a § and 4 a §, lagen (1981:739) 4 a §."""
        return self is not Relation.CONSUMER


def relation_of(creditor: DebtorClass, debtor: DebtorClass) -> Relation:
    """Return the relation that the parties' numbers show; a public creditor's claims are not taken for trade.

    A sole trader has a personal number and counts as a person: nobody is asked for more than a consumer on a guess.
    """
    if creditor is not DebtorClass.COMPANY or debtor is DebtorClass.PERSON:
        return Relation.CONSUMER
    return Relation.PUBLIC_DEBTOR if debtor is DebtorClass.PUBLIC else Relation.BUSINESSES
