"""The screens for people: who stands where, what happened, what wants a decision, and the ways to decide it."""
