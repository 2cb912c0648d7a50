"""Stores: what is wanted, what is linked, what is owed. Each implements `ports.Store`."""
