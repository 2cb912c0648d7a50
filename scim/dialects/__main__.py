"""`python -m scim.dialects` prints docs/quirks.md."""

import sys

from scim.dialects import DIALECTS
from scim.dialects.table import table

sys.stdout.write(table(DIALECTS))
