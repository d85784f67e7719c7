"""Messages to the outside: planned as rows, sent by runs with a row before and after each call, decided by people."""

from hub.services.attempts.cancelling import cancel_messages, go_on_with_messages
from hub.services.attempts.content import content_of
from hub.services.attempts.deciding import ATTEMPT_HANDLERS
from hub.services.attempts.following import hold_messages
from hub.services.attempts.pace import CallLimits, waits_until
from hub.services.attempts.planning import CLAIM, RUN_KIND, plan_batch
from hub.services.attempts.sending import SendingRun

__all__ = [
    "ATTEMPT_HANDLERS",
    "CLAIM",
    "RUN_KIND",
    "CallLimits",
    "SendingRun",
    "cancel_messages",
    "content_of",
    "go_on_with_messages",
    "hold_messages",
    "plan_batch",
    "waits_until",
]
