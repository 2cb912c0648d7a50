"""A stand-in for the `op` executable (1Password CLI 2): see README.md in this folder."""
