"""Sample hours of GitHub activity in GH Archive's format: one gzipped NDJSON file an hour.

    python3 tools/generate gharchive --out DIR --start 2015-01-01T00 --hours 3

An hour's bytes depend on `--seed`, `--scale`, `--oddities` and the hour alone, not on the hours written
beside it. Bad rows are never written unasked, because the real files have none: `--damaged N` adds N a file.
"""

import argparse
import datetime
import os
import pathlib
import sys
import zlib

from options import positive

from . import damage, hour
from .world import FIRST_HOUR, World

SUMMARY = "hours of GitHub activity in GH Archive's format"

_COMPRESSION_LEVEL = 4
_GZIP_WINDOW_BITS = 31
_CHUNK_BYTES = 1 << 20
_HOUR_FORMAT = "%Y-%m-%dT%H"


def add_arguments(parser):
    """Adds the options of this example to `parser`."""
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR", help="folder the files go to")
    parser.add_argument("--start", type=_parse_hour, required=True, metavar="HOUR",
                        help="first hour, in UTC, such as 2015-01-01T00")
    parser.add_argument("--hours", type=positive(int), default=1, metavar="N",
                        help="how many hours (default: 1)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed is another world (default: 1)")
    parser.add_argument("--scale", type=positive(float), default=1.0, metavar="X",
                        help="1 is about 1,000 events an hour (default: 1)")
    parser.add_argument("--oddities", choices=["yes", "no"], default="yes",
                        help="no leaves out renames, odd texts, fractions of seconds, extra fields and gzip members")
    parser.add_argument("--damaged", type=int, default=0, metavar="N", help="bad rows to add to each hour (default: 0)")
    parser.add_argument("--truncate-last", action="store_true", help="cut the last file off in mid-stream")


def generate(arguments):
    """Writes the files `YYYY-MM-DD-H.json.gz` into `arguments.out`, each whole or not at all; H has no leading zero."""
    arguments.out.mkdir(parents=True, exist_ok=True)
    world = World(arguments.seed, arguments.scale, arguments.oddities == "yes")
    for number in range(arguments.hours):
        start = arguments.start + datetime.timedelta(hours=number)
        path = arguments.out / f"{start:%Y-%m-%d}-{start.hour}.json.gz"
        lines = damage.spread(world, start, hour.lines(world, start), arguments.damaged)
        members = 3 if hour.has_several_members(world, start) else 1
        cut = arguments.truncate_last and number == arguments.hours - 1
        events, size = _write_file(path, lines, members, cut)
        print(f"{path.name}  {events:,} lines  {size:,} bytes{'  cut off' if cut else ''}", file=sys.stderr)


def _parse_hour(text):
    try:
        start = datetime.datetime.strptime(text, _HOUR_FORMAT).replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not an hour such as 2015-01-01T00: '{text}'") from None
    if start < FIRST_HOUR:
        raise argparse.ArgumentTypeError(f"before 2015-01-01T00 the archive had another format: '{text}'")
    return start


def _write_file(path, lines, members, cut):
    """Returns how many lines and how many compressed bytes the file has."""
    staged = path.with_name(path.name + ".staged")
    count = 0
    with staged.open("wb") as file:
        compressor = _new_member()
        chunk = bytearray()
        for line in lines:
            chunk += line + b"\n"
            count += 1
            if len(chunk) >= _CHUNK_BYTES:
                file.write(compressor.compress(chunk))
                chunk.clear()
        # The last chunk holds the borders between members, in the middle of lines on purpose.
        piece = len(chunk) // members
        for member in range(members - 1):
            file.write(compressor.compress(chunk[member * piece:(member + 1) * piece]) + compressor.flush())
            compressor = _new_member()
        file.write(compressor.compress(chunk[(members - 1) * piece:]) + compressor.flush())
        size = file.tell()
        if cut:
            size = size * 2 // 3
            file.truncate(size)
    os.replace(staged, path)
    return count, size


def _new_member():
    """Returns a gzip compressor whose header carries no time, so that equal input gives equal bytes."""
    return zlib.compressobj(_COMPRESSION_LEVEL, zlib.DEFLATED, _GZIP_WINDOW_BITS)
