"""What the register of recipients is told of a debtor, row after row or by a document: what stays of what was said.

Pure. A row says something in its columns alone; blank there says that nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.identifiers.identity_key import may_be_same
from hub.model.deliveries import KnownRecipient
from hub.model.documents import Document
from hub.rules.delivery.recipients import has_century, is_same_email, register_keys

Stated = Mapping[str, str | int]
"""Fields of a KnownRecipient: those that something is said of."""


def over(known: KnownRecipient | None, key: str, stated: Stated) -> KnownRecipient:
    """Return a recipient as known but for what is stated; of another identity nothing is taken over."""
    earlier: Stated = {} if known is None else known._asdict()
    said = stated if is_another(earlier, stated) else after(earlier, stated)
    return KnownRecipient(**{**KnownRecipient(key)._asdict(), **said})


def protection_of(document: Document) -> dict[str, Stated]:
    """Return what the register is told by a new document, by key: that its debtor's identity is protected, or nothing.

    A copy tells nothing new, and a debtor with a name alone is in no register.
    """
    debtor = document.debtor
    if not debtor.is_protected or document.copy_no or not (debtor.identity or debtor.number):
        return {}
    source = f"{document.kind} {document.number}"
    said: Stated = {"identity": debtor.identity or "", "is_protected": 1, "source": source}
    return dict.fromkeys(register_keys(document), said)


def after(earlier: Stated, stated: Stated) -> Stated:
    """Return what was said earlier of a debtor but for what is stated now.

    A consent is to be mailed at the address that it was given for: it ends with that, unless one is stated beside the
    new one. A number without its century leaves the century that was said: else the next row could be taken for the
    same one's.
    """
    was, now = str(earlier.get("identity", "")), str(stated.get("identity", ""))
    said = {**earlier, **stated, "identity": was if has_century(was) else now or was}
    return {**said, "email_consent_on": ""} if _ends_consent(earlier, stated) else said


def is_another(earlier: Stated, stated: Stated) -> bool:
    """Say whether two debtors share a key, a century apart."""
    identities = str(earlier.get("identity", "")), str(stated.get("identity", ""))
    return all(identities) and not may_be_same(*identities)


def is_of_another(known: KnownRecipient | None, stated: Stated) -> bool:
    """Say whether a number that is to protect nobody any more protects another than the one that this is stated of."""
    if known is None or not known.is_protected or stated["is_protected"]:
        return False
    return is_another(known._asdict(), stated)


def must_wait_for(earlier: Stated, stated: Stated) -> bool:
    """Say whether what is stated can be understood only once what was said earlier is kept.

    So it is of another debtor, and of an address where a consent was stated without saying for which.
    """
    names_none = "email_consent_on" in earlier and "email" not in earlier
    return is_another(earlier, stated) or (names_none and _moves_alone(stated))


def has_lost_consent(now: KnownRecipient, before: KnownRecipient) -> bool:
    """Say whether a consent ended with its address."""
    is_over = bool(before.email_consent_on) and not now.email_consent_on
    return is_over and not is_same_email(now.email, before.email)


def _ends_consent(earlier: Stated, stated: Stated) -> bool:
    is_told = _moves_alone(stated) and "email" in earlier
    return is_told and not is_same_email(str(earlier["email"]), str(stated["email"]))


def _moves_alone(stated: Stated) -> bool:
    return "email" in stated and "email_consent_on" not in stated
