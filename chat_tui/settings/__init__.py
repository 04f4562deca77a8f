"""How the program is to behave: flags > environment > settings.toml > defaults, as one frozen value.

The rows of all settings are in `schema`. Nothing here is about what the settings are used for.
"""

from chat_tui.settings.load import load
from chat_tui.settings.schema import Flags, OwnKeys, Preferences, Settings, SettingsProblem

__all__ = ["Flags", "OwnKeys", "Preferences", "Settings", "SettingsProblem", "load"]
