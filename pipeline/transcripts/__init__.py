"""Transcripts that somebody already has, in the formats that programs and people write; `file` is the way in."""
