"""Runs text tests: stories of commands and what they print. tests/pipelines/README.md says how one is written.

`script` reads a test, `normalise` takes out of an output what differs from run to run, `workspace` runs commands in a
folder of their own, `worlds` says under which conditions, and `story` runs one test in one world.
"""
