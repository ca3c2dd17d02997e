"""What is one database's own, a module each; pipeline.database chooses, and says what each of them has."""
