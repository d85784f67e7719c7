"""What Amili by SFTP differs in: its mapping is set up on its side, for the layout that is agreed."""

from __future__ import annotations

from hub.model.collection import CollectionStep
from hub_collection_agencies.terms import COLLECTS, REMINDS_AS_PAYEE, Profile

FILES = Profile(
    "amili_files",
    "Amili",
    {CollectionStep.REMIND: REMINDS_AS_PAYEE, CollectionStep.COLLECT: COLLECTS},
    layout="amili/files.toml",
)
