"""The earmark commands, one module each, and the options that they share."""
