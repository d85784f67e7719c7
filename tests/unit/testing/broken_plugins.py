"""One deliberately broken plugin for each check of the kit; every one is right but for a single fault."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from hub.contracts import PluginSettings, hookimpl
from hub_fjordbanken import Plugin


class NamesNoSource(Plugin):
    manifest = Plugin.manifest.model_copy(update={"sources": ()})


class WrittenForAnotherContract(Plugin):
    manifest = Plugin.manifest.model_copy(update={"contract": 0})


class SettingsOfItsOwnMaking(Plugin):
    class Settings(BaseModel):  # type: ignore[assignment]
        model_config = ConfigDict(extra="forbid")
        keep_messages: bool = Field(default=True, description="Keep them.")


class DescribesNothing(Plugin):
    class Settings(PluginSettings):  # type: ignore[assignment]
        keep_messages: bool = True


class DemandsASetting(Plugin):
    class Settings(PluginSettings):  # type: ignore[assignment]
        account: str = Field(description="The account.")


class SwallowsUnknownSettings(Plugin):
    class Settings(PluginSettings):  # type: ignore[assignment]
        model_config = ConfigDict(extra="ignore")


class ForgetsTheMark(Plugin):
    def hub_events_recorded(self, events: Any) -> None:
        """Never called."""


class MisspellsAnArgument(Plugin):
    @hookimpl
    def hub_match_payments(self, payment: Any) -> dict[int, Any]:
        return {}


class CallsHome(Plugin):
    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        with suppress(OSError):
            socket.getaddrinfo("127.0.0.1", 9)


class WritesALog(Plugin):
    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        with open(os.devnull, "w") as log:
            log.write("built")


class IsOneForAll(Plugin):
    _only: ClassVar[Any] = None

    def __new__(cls, settings: Any) -> Any:
        cls._only = cls._only or super().__new__(cls)
        return cls._only


BROKEN_PLUGINS: dict[str, type[Plugin]] = {
    "test_card_is_complete": NamesNoSource,
    "test_contract_version_fits": WrittenForAnotherContract,
    "test_settings_are_plugin_settings": SettingsOfItsOwnMaking,
    "test_every_setting_has_a_description": DescribesNothing,
    "test_every_setting_has_a_default": DemandsASetting,
    "test_an_unknown_setting_is_refused": SwallowsUnknownSettings,
    "test_every_hook_is_marked_and_known": ForgetsTheMark,
    "test_hooks_take_only_arguments_that_exist": MisspellsAnArgument,
    "test_building_it_opens_no_connection": CallsHome,
    "test_building_it_writes_no_file": WritesALog,
    "test_two_tenants_get_two_plugins": IsOneForAll,
}
