"""Calling a channel: what it returns or raises becomes one of the few outcomes that the rules know."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple, TypeGuard

from hub.contracts import AddressedChannel, ContentQueryableChannel, DeliveryChannel, QueryableChannel
from hub.errors import ConfigurationError, HubError, LedgerError, RejectedError, TransientError
from hub.model.attempts import Delivered, Message, Probed
from hub.rules.attempts import Heard, Outcome, heard_by_asking

ENDPOINT_DIGITS = 16  # of the hash: two endpoints of one channel are to be told apart, and no account is to be read


class Called(NamedTuple):
    """What a call came to, and the error that ends the run for it."""

    heard: Heard
    error: HubError | None = None
    signed_receipt: bytes = b""
    answer: bytes = b""


def endpoint_of(channel: DeliveryChannel) -> str:
    """Return a hash of whom a channel calls and as whom; blank when it does not say."""
    if not isinstance(channel, AddressedChannel):
        return ""
    return hashlib.sha256(channel.endpoint.encode()).hexdigest()[:ENDPOINT_DIGITS]


def send(channel: DeliveryChannel, message: Message) -> Called:
    """Send a message. Whatever the channel does not say for certain leaves the outcome in doubt."""
    try:
        delivered = channel.send(message)
    except RejectedError as error:
        return Called(Heard(Outcome.REJECTED, problem=str(error), code=error.code))
    except TransientError as error:
        return Called(_heard(Outcome.NOT_NOW, error))
    except ConfigurationError as error:
        return Called(Heard(Outcome.NOT_SENT, problem=str(error)), error)
    except HubError as error:
        return Called(Heard(Outcome.IN_DOUBT, problem=str(error)))
    except Exception as error:  # noqa: BLE001 - it may have been sent; the text of a foreign error may hold data
        return _defect(channel, f"{type(error).__name__} in send")
    if not isinstance(delivered, Delivered):
        return _defect(channel, "send returned something else than Delivered")
    return _taken(channel, delivered)


def ask(channel: QueryableChannel, key: str, message: Callable[[], Message]) -> Called:
    """Ask what became of a message; no answer leaves the outcome in doubt. `message` is called where it is needed."""
    try:
        probed = channel.probe_message(message()) if _reads(channel) else channel.probe(key)
    except ConfigurationError as error:
        return Called(Heard(Outcome.IN_DOUBT, problem=str(error)), error)
    except TransientError as error:
        return Called(_heard(Outcome.IN_DOUBT, error))
    except HubError as error:
        return Called(Heard(Outcome.IN_DOUBT, problem=str(error)))
    except Exception as error:  # noqa: BLE001 - as above
        return _defect(channel, f"{type(error).__name__} in probe")
    if not isinstance(probed, Probed) or not isinstance(probed.answer, bytes):
        return _defect(channel, "probe returned something else than Probed")
    return Called(heard_by_asking(probed), answer=probed.answer)


def _heard(outcome: Outcome, error: TransientError) -> Heard:
    return Heard(outcome, problem=str(error), retry_after_s=error.retry_after_s or 0, waits_alone=error.waits_alone)


def not_in_time(channel: DeliveryChannel) -> Called:
    """Return what is known of a call that was not made: the database took too long to note that it begins."""
    problem = f"the channel {channel.name} was not called: the database took too long before each try"
    return Called(Heard(Outcome.NOT_SENT, problem=problem), TransientError(problem))


def _reads(channel: DeliveryChannel) -> TypeGuard[ContentQueryableChannel]:
    return isinstance(channel, ContentQueryableChannel)


def _taken(channel: DeliveryChannel, delivered: Delivered) -> Called:
    """The message is delivered, whatever is wrong with its receipt."""
    if not isinstance(delivered.external_id, str):
        return Called(Heard(Outcome.DELIVERED), _broken(channel, "the external id is no text, and was not kept"))
    heard = Heard(Outcome.DELIVERED, external_id=delivered.external_id)
    if not isinstance(delivered.signed_receipt, bytes):
        return Called(heard, _broken(channel, "the signed receipt is no bytes, and was not kept"))
    if not isinstance(delivered.answer, bytes):
        return Called(heard, _broken(channel, "the answer is no bytes, and was not kept"))
    return Called(heard, signed_receipt=delivered.signed_receipt, answer=delivered.answer)


def _defect(channel: DeliveryChannel, what: str) -> Called:
    """One message is in doubt, and no other is given to an adapter that is broken."""
    return Called(
        Heard(Outcome.IN_DOUBT, problem=f"the channel {channel.name} is broken: {what}"), _broken(channel, what)
    )


def _broken(channel: DeliveryChannel, what: str) -> LedgerError:
    return LedgerError(f"the channel {channel.name} is broken: {what}; turn its plugin off or update it")
