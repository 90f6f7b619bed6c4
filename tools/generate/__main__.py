"""Writes sample data for the examples: `python3 tools/generate EXAMPLE --out DIR …`.

Each package beside this file is one example and offers three things: `SUMMARY`, a line for `--help`;
`add_arguments(parser)`; and `generate(arguments)`. A new example is a new package and no edit here.
Every one of them writes a real format with the oddities of the real data, the same bytes on every run,
and needs nothing but Python's standard library.
"""

import argparse
import importlib
import pathlib
import pkgutil
import sys


def parse_arguments(arguments):
    """Returns the chosen example's options; `run` in them is the function that writes its files."""
    parser = argparse.ArgumentParser(prog="tools/generate", description="Writes sample data for an example.")
    examples = parser.add_subparsers(dest="example", metavar="EXAMPLE", required=True)
    for module in pkgutil.iter_modules([str(pathlib.Path(__file__).parent)]):
        if not module.ispkg:
            continue
        example = importlib.import_module(module.name)
        chosen = examples.add_parser(module.name, help=example.SUMMARY, description=example.SUMMARY)
        example.add_arguments(chosen)
        chosen.set_defaults(run=example.generate)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    options = parse_arguments(sys.argv[1:])
    options.run(options)
