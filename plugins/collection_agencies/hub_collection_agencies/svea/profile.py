"""What Svea Inkasso differs in."""

from __future__ import annotations

from hub.model.collection import CollectionStep
from hub_collection_agencies.terms import COLLECTS, Profile

PROFILE = Profile(
    "svea",
    "Svea Inkasso",
    {CollectionStep.COLLECT: COLLECTS},
    needs=("customer_no", "group_no", "company_name"),
)
