"""What Intrum differs in."""

from __future__ import annotations

from hub.model.collection import CollectionStep
from hub_collection_agencies.terms import COLLECTS, Profile

PROFILE = Profile("intrum", "Intrum", {CollectionStep.COLLECT: COLLECTS})
