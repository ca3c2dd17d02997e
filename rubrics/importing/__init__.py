"""From an interview guide as people write it to a rubric: read, outline, place, write."""
