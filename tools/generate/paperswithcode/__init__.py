"""Sample dumps in the format of Papers with Code: three gzipped JSON arrays that can be joined.

    python3 tools/generate paperswithcode --out DIR --scale 1

writes papers-with-abstracts.json.gz, links-between-papers-and-code.json.gz and datasets.json.gz. A record depends on
`--seed`, `--oddities` and its own number alone, so a larger dump begins with the records of a smaller one. `--delivery 2`
writes the dumps as they are handed out the next time: some records changed, some gone, some new. Bad records are never
written unasked, because the real dumps have none: `--damaged N` adds N to each file.
"""

import argparse
import os
import pathlib
import sys
import zlib

from . import datasets, links, papers
from .dump import Dump

SUMMARY = "dumps of papers, repositories and data sets in the format of Papers with Code"

_COMPRESSION_LEVEL = 2
_GZIP_WINDOW_BITS = 31
_CHUNK_BYTES = 1 << 20
# The real dumps differ in how their records are set apart; readers of JSON must not mind.
_FILES = {
    "papers": ("papers-with-abstracts.json.gz", papers, b"[", b", ", b"]"),
    "links": ("links-between-papers-and-code.json.gz", links, b"[", b",\n", b"]\n"),
    "datasets": ("datasets.json.gz", datasets, b"[\n  ", b",\n  ", b"\n]\n"),
}


def add_arguments(parser):
    """Adds the options of this example to `parser`."""
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR", help="folder the files go to")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed is another world (default: 1)")
    parser.add_argument("--scale", type=_parse_positive, default=1.0, metavar="X",
                        help="1 is 1,000 papers, 520 links and 150 data sets; 280 is 1 GB of papers (default: 1)")
    parser.add_argument("--delivery", type=int, choices=[1, 2], default=1,
                        help="2 has some records changed, removed and added (default: 1)")
    parser.add_argument("--only", choices=list(_FILES), help="write this one file")
    parser.add_argument("--oddities", choices=["yes", "no"], default="yes",
                        help="no leaves out odd names and dates, repeated records and odd texts")
    parser.add_argument("--damaged", type=int, default=0, metavar="N", help="bad records to add to each file (default: 0)")


def generate(arguments):
    """Writes the files into `arguments.out`, each whole or not at all."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    dump = Dump(arguments.seed, arguments.scale, arguments.delivery, arguments.oddities == "yes")
    for kind, (name, module, opening, separator, closing) in _FILES.items():
        if arguments.only not in (None, kind):
            continue
        records = _spread(module.records(dump), module.BAD_RECORDS, arguments.damaged)
        count, size = _write_file(arguments.out / name, records, opening, separator, closing)
        print(f"{name}  {count:,} records  {size:,} bytes", file=sys.stderr)


def _parse_positive(text):
    try:
        value = float(text)
    except ValueError:
        value = 0
    if value <= 0:
        raise argparse.ArgumentTypeError(f"not a positive number: '{text}'")
    return value


def _spread(records, bad_records, count):
    """Yields `records` with `count` bad ones between them: one before each of the first records, the rest at the end."""
    bad = [bad_records[place % len(bad_records)] for place in range(count)]
    for record in records:
        if bad:
            yield bad.pop()
        yield record
    yield from bad


def _write_file(path, records, opening, separator, closing):
    """Returns how many records and how many compressed bytes the file has."""
    staged = path.with_name(path.name + ".staged")
    # The header of this gzip stream carries no time, so that equal input gives equal bytes.
    compressor = zlib.compressobj(_COMPRESSION_LEVEL, zlib.DEFLATED, _GZIP_WINDOW_BITS)
    count = 0
    with staged.open("wb") as file:
        chunk = bytearray(opening)
        for record in records:
            if count:
                chunk += separator
            chunk += record.encode()
            count += 1
            if len(chunk) >= _CHUNK_BYTES:
                file.write(compressor.compress(chunk))
                chunk.clear()
        chunk += closing
        file.write(compressor.compress(chunk) + compressor.flush())
        size = file.tell()
    os.replace(staged, path)
    return count, size
