"""What people do to a transcript and its tags, each act as an event made on a state. No I/O, no clock."""
