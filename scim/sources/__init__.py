"""Systems that are read because they do not push."""
