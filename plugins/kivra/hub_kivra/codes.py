"""Kivra's error codes: five digits, the first three of which are the status of HTTP, and what each means for a content.

Codes are stable, texts are not, so no text is read. The codes are Kivra's (kivra/kivra-api-errors), the groups ours.
"""

from __future__ import annotations

from enum import Enum, auto


class Meaning(Enum):
    """What is done next."""

    LATER = auto()  # certainly not taken; later it may be
    UNSURE = auto()  # it may have been taken
    SIGN_IN = auto()  # a new token, once; then our credentials are wrong
    NOT_REACHED = auto()  # this recipient is not to be had here: the next channel
    MATCH_AGAIN = auto()  # the recipient or our right: a new match tells which
    TOO_LARGE = auto()  # the next channel
    SETTINGS = auto()  # our credentials, rights or settings: nothing goes before they are mended
    DOCUMENT = auto()  # what we made of this document: a person looks


_BY_STATUS = {
    **dict.fromkeys((408, 425, 429), Meaning.LATER),
    **dict.fromkeys((409, 499), Meaning.UNSURE),
    401: Meaning.SIGN_IN,
    **dict.fromkeys((403, 404, 410), Meaning.MATCH_AGAIN),
    451: Meaning.NOT_REACHED,
    413: Meaning.TOO_LARGE,
    **dict.fromkeys((400, 415, 422, 423), Meaning.DOCUMENT),
}
_BY_CODE = {
    40009: Meaning.NOT_REACHED,  # personal number
    40018: Meaning.NOT_REACHED,  # company number
    40024: Meaning.NOT_REACHED,  # no receiver
    40032: Meaning.NOT_REACHED,  # no such user
    40105: Meaning.NOT_REACHED,  # no accepted relation between sender and receiver
    40108: Meaning.NOT_REACHED,
    40109: Meaning.NOT_REACHED,
    40317: Meaning.NOT_REACHED,  # under age
    40318: Meaning.NOT_REACHED,
    40320: Meaning.NOT_REACHED,  # matched by something that is not verified
    40321: Meaning.NOT_REACHED,
    40327: Meaning.NOT_REACHED,
    40902: Meaning.NOT_REACHED,  # the user's account is deactivated
    40003: Meaning.SETTINGS,  # scope
    40015: Meaning.SIGN_IN,  # an invalid token, told as 400
    40035: Meaning.SETTINGS,  # a header is missing: a proxy of ours, or a change of Kivra's
    40052: Meaning.SETTINGS,
    40102: Meaning.SETTINGS,  # client not authorised
    40103: Meaning.SETTINGS,  # invalid grant
    40110: Meaning.SETTINGS,
    42217: Meaning.LATER,  # upload limit reached
    42220: Meaning.SETTINGS,  # the Swish alias is not one of Kivra's
}
SWISH_ALIAS = 42220
TOO_MANY = 42900  # of a content: 50 a minute to the same recipient, and no other limit is stated


def meaning_of(code: int) -> Meaning:
    """Return what a code of five digits means; a status without a code of Kivra's is a code that ends with 00.

    A redirection, or anything else from 300 to 499 that is not named, says that we call wrongly; from 500, and below
    300 what is no success, nobody knows.
    """
    status = code // 100
    found = _BY_CODE.get(code) or _BY_STATUS.get(status)
    return found or (Meaning.SETTINGS if 300 <= status < 500 else Meaning.UNSURE)
