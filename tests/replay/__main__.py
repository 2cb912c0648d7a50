"""`python -m tests.replay BASE_URL TOKEN file.json ...` (the package's docstring has the whole story)."""

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tests.replay import StepResult, replay


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    results = {file: _replay(file, options) for file in options.files}
    if options.json:
        Path(options.json).write_text(
            json.dumps({file: [asdict(each) for each in found] for file, found in results.items()})
        )
    everything = [result for found in results.values() for result in found]
    failed = sum(not result.passed for result in everything)
    print(f"{len(everything) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _replay(file: str, options: argparse.Namespace) -> list[StepResult]:
    started = time.monotonic()
    results = replay(options.base_url, options.token, file, only=options.only, skip_tags=options.skip_tag)
    for result in results:
        if not result.passed:
            print(f"FAIL {file} #{result.number} {result.name}: {'; '.join(result.problems)}")
        elif options.verbose:
            print(f"ok   {file} #{result.number} {result.name} {list(result.statuses)}")
    failed = sum(not result.passed for result in results)
    print(f"{file}: {len(results) - failed} passed, {failed} failed ({time.monotonic() - started:.1f}s)")
    return results


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.replay", description="Replay recorded SCIM conversations.")
    parser.add_argument("base_url")
    parser.add_argument("token")
    parser.add_argument("files", nargs="+")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--only", default="", help="run only the steps whose name holds this")
    parser.add_argument("--json", help="write the results here")
    parser.add_argument("--skip-tag", action="append", default=[], help="leave out the steps with this tag")
    return parser


if __name__ == "__main__":
    sys.exit(main())
