"""What customers are worth (HANDBOOK §7)."""
