"""How the program is to behave: flags > environment > settings.toml > defaults, as one frozen value."""

from chat_tui.settings.load import load
from chat_tui.settings.value import Flags, OwnKeys, Settings, SettingsProblem

__all__ = ["Flags", "OwnKeys", "Settings", "SettingsProblem", "load"]
