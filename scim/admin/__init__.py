"""The page for people: what the bridge wants, what the target has, what happened."""
