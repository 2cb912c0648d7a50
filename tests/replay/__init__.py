"""Replays recorded SCIM conversations (`tests/exchanges/`) against any SCIM 2.0 base URL. Standard library only.

    python -m tests.replay BASE_URL TOKEN file.json [file.json ...] [-v] [--only SUBSTR] [--skip-tag TAG] [--json OUT]

One line per failed step, one line per file, and a closing `N passed, N failed`; exit status 1 when a step failed.

A file is an object {"idp", "about", "vars", "headers", "steps": [...]} or a bare list of steps. A step:

  name        what happens
  request     {method, path, headers?, body?, raw?, fill?, query?, auth?, raw_path?}
                path      relative to BASE_URL; what follows `?` is written decoded and is percent-encoded here, unless
                          raw_path is true (sent byte for byte)
                query     {name: value} added to the path, each value percent-encoded (for values with & + or #)
                body      JSON; raw: a string sent as it is
                fill      {unit, count}: every "@@FILL@@" in raw becomes unit * count
                auth      "good" (default), "none" (no header) or "bad" (a wrong token)
                headers   null takes a header away
  parallel    [request, ...] in place of request: sent at the same time; each one must meet expect
  expect      {status: [int], body_contains?: {jsonpath: matcher}, body_absent?: [jsonpath], headers?: {name: matcher},
              notes?: str, any_of?: [expect, ...]}; checks of a body are passed over where there is none (204)
  capture     {variable: jsonpath}, from the body; "@header:Location" takes a header
  fallback    a request sent only when a capture failed or the step was left out by its tag, so that one refused body
              does not take the rest of the conversation down (a step that ran still counts as failed)
  source      where the behaviour is documented
  confidence  documented | observed | inferred | rfc
  cleanup     true: housekeeping, never counted
  tags        optional-attr | tolerance | discovery | etag | limits | filters | group-unique

${variable} is replaced anywhere in a step. Always defined: ${run} (random hex), ${RUN} (the same in capitals), ${base}.
In "vars", "$uuid" makes a fresh UUID and "$hex" 24 hex digits. A matcher is a literal (equal, type included) or an
object of one or more of $exists $absent $type $ci $contains $lacks $len $gte $lte $in $ne $regex (`matchers`).
"""

from tests.replay.runner import StepResult, replay

__all__ = ["StepResult", "replay"]
