"""The systems the bridge provisions."""
