"""Words in, tags out."""
