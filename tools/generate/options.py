"""Kinds of values that the examples' options share."""

import argparse


def positive(kind):
    """Returns a parser of numbers above 0 for argparse; `kind` is int or float."""
    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            value = 0
        if value <= 0:
            raise argparse.ArgumentTypeError(f"not a positive number: '{text}'")
        return value
    return parse
