"""TOML in, checked and frozen settings out. `load` reads a file, `desk` turns settings into the values of `core.desk`."""

from mailsupport.settings.desk import desk
from mailsupport.settings.load import load
from mailsupport.settings.models import Settings
from mailsupport.settings.secrets import Secret

__all__ = ["Secret", "Settings", "desk", "load"]
