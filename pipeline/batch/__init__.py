"""Many files: the state of each, processes that work on them, and hearing a recording with no time lost."""
