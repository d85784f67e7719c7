"""What Sergel differs in."""

from __future__ import annotations

from hub.model.collection import CollectionStep
from hub_collection_agencies.terms import COLLECTS, Profile

PROFILE = Profile(
    "sergel",
    "Sergel",
    {CollectionStep.COLLECT: COLLECTS},
    layout="sergel/layout.toml",
)
