"""A serverless SCIM bridge between an identity provider and a 1Password account."""

__version__ = "0.1.0"
