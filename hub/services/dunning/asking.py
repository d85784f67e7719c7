"""What a person asks of dunning under a key of their own is done once; asked again, the first answer is given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from hub.services.ports import JsonObject, UnitOfWork


def once(work: UnitOfWork, key: str, kind: str, said: JsonObject, do: Callable[[], JsonObject]) -> JsonObject:
    """Do what is asked, in this transaction, unless it was done under the same key; an empty key is never the same.

    Raises:
        DataError: the key was used for something else.
    """
    if not key:
        return do()
    body = hashlib.sha256(json.dumps([kind, said], sort_keys=True).encode()).hexdigest()
    work.commands.claim(key)
    earlier = work.commands.earlier_result(key, body)
    if earlier is not None:
        return earlier
    result = do()
    work.commands.record(key, kind, body, result)
    return result
