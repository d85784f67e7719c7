"""Documents to debtors: accepted once, rendered once, routed by channel, followed until they have arrived."""

from hub.services.delivery.accepting import Acceptance, accept_documents
from hub.services.delivery.answers import Answered, apply_answers, find_answered, tell_strays, told_by
from hub.services.delivery.archives import RUN_KIND as ARCHIVE
from hub.services.delivery.archives import ArchiveRun, receive_archive
from hub.services.delivery.commands import DELIVERY_HANDLERS
from hub.services.delivery.following import follow_messages
from hub.services.delivery.letters import deliver_documents
from hub.services.delivery.protecting import turn_back_held
from hub.services.delivery.recalling import LetterRecall, withdraw_letters
from hub.services.delivery.receipts import EARLY_FOR_S, FollowRun
from hub.services.delivery.receipts import RUN_KIND as FOLLOWING
from hub.services.delivery.reports import apply_receipts, hold_reported
from hub.services.delivery.routing import RUN_KIND, DeliveryRun, enqueue_delivery

__all__ = [
    "ARCHIVE",
    "DELIVERY_HANDLERS",
    "EARLY_FOR_S",
    "FOLLOWING",
    "RUN_KIND",
    "Acceptance",
    "Answered",
    "ArchiveRun",
    "DeliveryRun",
    "FollowRun",
    "LetterRecall",
    "accept_documents",
    "apply_answers",
    "apply_receipts",
    "deliver_documents",
    "enqueue_delivery",
    "find_answered",
    "follow_messages",
    "hold_reported",
    "receive_archive",
    "tell_strays",
    "told_by",
    "turn_back_held",
    "withdraw_letters",
]
