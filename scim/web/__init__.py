"""The public face: a SCIM 2.0 service provider over HTTP. It records wishes; it never talks to the target."""
