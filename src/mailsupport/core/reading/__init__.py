"""What does a mail say? Its words without quote and signature, its addresses, dates and commands, as values."""
