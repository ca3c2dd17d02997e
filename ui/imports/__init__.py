"""Interviews that were held elsewhere: recordings and transcripts become sessions of the workspace."""
