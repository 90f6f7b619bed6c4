"""Sample posts of the pinterest example: three captured Kafka topics, and the three MySQL tables they were posted from.

    python3 tools/generate pinterest --out DIR --scale 1

writes DIR/topics/NAME.pin, .geo and .user as Kafka's S3 sink lays them out (partition=0/TOPIC+0+OFFSET.json, one JSON
value a line) and DIR/origin.sql, which creates and fills pinterest_data, geolocation_data and user_data. A row depends
on `--seed`, `--oddities` and its own number alone. `--delivery 2` is the same days captured again from an origin in
which some rows had been changed, removed and added. Bad messages are never written unasked: `--damaged N` adds N to
each topic.
"""

import argparse
import pathlib
import sys

from . import origin, sql, topics

SUMMARY = "posts of three Kafka topics, and the MySQL tables behind them"


def add_arguments(parser):
    """Adds the options of this example to `parser`."""
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR", help="folder the files go to")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed is another world (default: 1)")
    parser.add_argument("--scale", type=_parse_positive, default=1.0, metavar="X",
                        help="1 is 1,000 rows in each table and 1,500 posts (default: 1)")
    parser.add_argument("--delivery", type=int, choices=[1, 2], default=1,
                        help="2 has some rows changed, removed and added, and more posts (default: 1)")
    parser.add_argument("--name", default="129a67850695", help="what the topics' names begin with (default: 129a67850695)")
    parser.add_argument("--oddities", choices=["yes", "no"], default="yes",
                        help="no leaves out sentinels, strays, replays, odd texts and the capture as one array")
    parser.add_argument("--damaged", type=int, default=0, metavar="N", help="bad messages to add to each topic (default: 0)")


def generate(arguments):
    """Writes the topics and the tables into `arguments.out`; files of an earlier capture there are replaced."""
    world = origin.Origin(arguments.seed, arguments.scale, arguments.delivery, arguments.oddities == "yes")
    for topic, messages in topics.capture(world, arguments.damaged).items():
        files, size = topics.write(arguments.out / "topics", f"{arguments.name}.{topic}", messages, world.oddities)
        print(f"{arguments.name}.{topic}  {len(messages):,} messages in {files} files  {size:,} bytes", file=sys.stderr)
    sql.write(arguments.out / "origin.sql", world)


def _parse_positive(text):
    try:
        value = float(text)
    except ValueError:
        value = 0
    if value <= 0:
        raise argparse.ArgumentTypeError(f"not a positive number: '{text}'")
    return value
