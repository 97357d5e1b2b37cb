"""What each command does: one function a verb, taken together in `core.deciding.obeying`."""
