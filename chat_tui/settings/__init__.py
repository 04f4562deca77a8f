"""The settings of one run as one frozen value: flags > environment > settings.toml > defaults.

The rows of all settings are in `schema`. Not its job: what the settings are used for.
"""

from chat_tui.settings.load import load
from chat_tui.settings.schema import Flags, OwnKeys, Preferences, Settings, SettingsProblem

__all__ = ["Flags", "OwnKeys", "Preferences", "Settings", "SettingsProblem", "load"]
