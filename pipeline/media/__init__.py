"""Media files: their sound on one time line, what is wrong with them; pipeline.audio_file opens them."""
