"""What is known of one microphone, and the process that holds it; pipeline.capture puts several together."""
