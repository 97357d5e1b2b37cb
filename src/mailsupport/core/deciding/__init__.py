"""What follows from it? One module for each kind of author, and one function a verb; `following` chooses."""
