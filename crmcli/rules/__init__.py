"""The handbook as pure functions on plain data: no I/O, no clock, no SQL, no screen."""
