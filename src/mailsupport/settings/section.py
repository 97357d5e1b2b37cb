"""What is common to all tables of the settings file: frozen, nothing unknown, and the fields that several tables share.

Rule for editing here: a field that only one table has stands in that table.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A table of the settings file."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)


def hidden(default: Any) -> Any:
    """Return a field that `load` fills and no file may hold."""
    return Field(default=default, description="Filled while loading, never written.", json_schema_extra={"hidden": True})


def password_file_field() -> Any:
    """Return the field of a password that lies in a file."""
    return Field(
        default=None,
        description="File that holds the password, readable by this user alone (chmod 600). Give one of file, env and command.",
        examples=["secrets/password"],
    )


def password_env_field(example: str = "SUPPORT_PASSWORD") -> Any:
    """Return the field of a password that stands in the environment."""
    return Field(default="", description="Environment variable that holds the password.", examples=[example])


def password_command_field() -> Any:
    """Return the field of a password that a command prints."""
    return Field(
        default=(),
        description="Command whose first line of output is the password; run without a shell, 10 seconds at most.",
        examples=[["pass", "show", "support"]],
    )


def ca_file_field() -> Any:
    """Return the field of certificates to trust."""
    return Field(
        default=None,
        description="Certificates to trust instead of the system's, as PEM; for a server with its own authority.",
        examples=["ca.pem"],
    )


def written(default: str | list[str], description: str, **more: Any) -> Any:
    """Return a field whose default is noted as a person would write it, and read by the same validator."""
    return Field(default=default, description=description, **more)
