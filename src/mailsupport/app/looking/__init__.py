"""What can be looked at without changing anything: reports, explanations, checks, and what would happen."""
