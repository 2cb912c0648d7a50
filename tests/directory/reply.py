"""One answer of the stand-in, and how it may fail to arrive."""

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Broken(Enum):
    HANG = "hang"
    NO_ANSWER = "no answer"
    CUT_OFF = "cut off"


@dataclass(frozen=True)
class Reply:
    """`text` is sent instead of `document` where there is one."""

    status: int
    document: dict[str, Any]
    text: bytes | None = None
    type: str = "application/json; charset=UTF-8"
    broken: Broken | None = None

    @property
    def body(self) -> bytes:
        return json.dumps(self.document).encode() if self.text is None else self.text
