"""`earmark batch` without its terminal: what goes in, what is done with one file, what comes out."""
