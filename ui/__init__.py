"""Everything a person touches: the command line, the server, the page, the exports."""
