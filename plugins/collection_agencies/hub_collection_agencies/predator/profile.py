"""What Predator differs in."""

from __future__ import annotations

from hub.model.collection import CollectionStep
from hub_collection_agencies.terms import COLLECTS, Profile

PROFILE = Profile(
    "predator",
    "Predator",
    {CollectionStep.COLLECT: COLLECTS},
    needs=(),
)
