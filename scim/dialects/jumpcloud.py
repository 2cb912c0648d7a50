"""JumpCloud. Its user bodies are within the RFC: `tel:` numbers are kept as given, and `null` or an empty list takes an
attribute away (jumpcloud.json, "minimal PUT with emails null"). How it changes groups is not known; nothing is guessed.
"""

from scim.dialects.dialect import Dialect

JUMPCLOUD = Dialect("jumpcloud", "JumpCloud")
