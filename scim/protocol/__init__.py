"""RFC 7643, 7644 and 9865 as pure functions: no I/O, no web framework, no clock."""
