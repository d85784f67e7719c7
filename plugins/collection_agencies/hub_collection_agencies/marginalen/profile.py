"""What Marginalen differs in."""

from __future__ import annotations

from hub.model.collection import CollectionStep
from hub_collection_agencies.terms import COLLECTS, REMINDS_FOR_CREDITOR, Profile

PROFILE = Profile(
    "marginalen",
    "Marginalen",
    {CollectionStep.REMIND: REMINDS_FOR_CREDITOR, CollectionStep.COLLECT: COLLECTS},
)
