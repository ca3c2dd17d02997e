"""What to listen for, as data."""
