"""Interviews written out: one content for every format, one file a format. Nothing in them scores anybody."""
