"""Puts the channel together: the access point, who knows what receivers take, the judge, and who reads answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from hub.banking_calendar import Clock
from hub.contracts import DeliveryChannel, PluginContext, Severity
from hub.contracts import Finding as Fault
from hub.model.delivery import BuyerAnswer, Receipt
from hub_peppol.access_points.choosing import access_point
from hub_peppol.access_points.port import AccessPoint, Capabilities, SearchableAccessPoint
from hub_peppol.channel import Joints, PeppolChannel, SearchablePeppolChannel
from hub_peppol.settings import AccessPointName, Lookup, PeppolSettings


def channels(settings: PeppolSettings, context: PluginContext) -> Sequence[DeliveryChannel]:
    """Return the channel through the access point of the settings; none when they name no access point.

    Raises:
        ConfigurationError: a setting of the access point is missing or wrong.
    """
    if settings.access_point is AccessPointName.NONE:
        return ()
    return (channel(settings, context),)


def channel(settings: PeppolSettings, context: PluginContext) -> PeppolChannel:
    """Return the channel; one that can be asked by our key where the access point can."""
    chosen = access_point(settings, context)
    joints = Joints(_network(settings, context, chosen), partial(judged, context.clock), read_answer)
    if isinstance(chosen, SearchableAccessPoint):
        return SearchablePeppolChannel(settings, chosen, context, joints)
    return PeppolChannel(settings, chosen, context, joints)


def judged(clock: Clock, e_invoice: bytes) -> Sequence[Fault]:
    """Judge an e-invoice natively, by all layers, as of today."""
    from hub_peppol.judging.engine import validate

    findings = validate(e_invoice, on=clock.today()).findings
    return [Fault(each.rule, Severity(each.severity), each.location, each.message) for each in findings]


def read_answer(content: bytes, *, sent_by: str = "") -> BuyerAnswer | Receipt | None:
    """Read what came by the network."""
    from hub_peppol.answers import read

    return read(content, sent_by=sent_by)


def _network(settings: PeppolSettings, context: PluginContext, chosen: AccessPoint) -> Capabilities:
    """Return who is asked what a receiver takes."""
    if settings.lookup is Lookup.NETWORK:
        from hub_peppol.network.joining import network_capabilities

        return network_capabilities(settings, context.clock)
    return chosen
