"""``python -m tests.bench [NAME …] [--quick]``: the bars of design/bars.md, measured side by side.

Every benchmark prints a table with the ratio first, measured against its peer in the same run, and
never fails on a time: machines differ, ratios are for reading.
"""

from __future__ import annotations

import argparse
import importlib

NAMES = ("startup", "sync", "table", "matching", "find", "fetch", "rename", "estate", "fortnight", "home")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="smaller numbers, to see that it runs")
    args = parser.parse_args()
    if unknown := set(args.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    for name in args.names or NAMES:
        print(f"\n== {name} ==")
        importlib.import_module(f"tests.bench.{name}").main(quick=args.quick)


main()
