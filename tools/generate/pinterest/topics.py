"""What the emulator posted, as it was captured: a random row of each table again and again, for ever.

A row is drawn again now and then, so the topics hold the same message twice; a client that gets no answer sends its
message again at once; a consumer that lost its place is handed a whole stretch again; and some messages were posted to
another topic, beside their own or instead of it.
"""

import json

_POSTS_AT_SCALE_ONE = 1_500
_MORE_POSTS = 0.1
_MESSAGES_PER_FILE = 400
_SENT_AGAIN = 0.04
_ASTRAY = 0.02
_TOPICS = ("pin", "geo", "user")

_BAD_VALUES = {
    "pin": ({"index": None, "unique_id": "no index"}, {"index": "three", "unique_id": "no number"}, {"index": 3}),
    "geo": ({"ind": 3, "timestamp": "yesterday", "latitude": 1.5, "longitude": 2.5, "country": "Nepal"},
            {"ind": 3, "timestamp": "2020-01-01 00:00:00", "latitude": "north", "longitude": 2.5, "country": "Nepal"},
            {"ind": 3.5, "timestamp": "2020-01-01 00:00:00", "latitude": 1.5, "longitude": 2.5, "country": "Nepal"}),
    "user": ({"ind": 3, "first_name": "Ana", "last_name": "Smith", "age": "old", "date_joined": "2017-01-01 00:00:00"},
             {"ind": 3, "first_name": "Ana", "last_name": "Smith", "age": 30, "date_joined": "2017-13-01 00:00:00"},
             {"ind": 3, "first_name": None, "last_name": None, "age": None, "date_joined": None}),
}


def capture(origin, damaged):
    """Returns for each of pin, geo and user the values of its messages in the order of their offsets."""
    messages = {topic: [] for topic in _TOPICS}
    for place, number in enumerate(_walk(origin)):
        row = origin.row(number)
        draw = origin.chance("post", place)
        for topic in _TOPICS:
            _post(origin, draw, messages, topic, getattr(row, topic))
    for topic, values in messages.items():
        if origin.oddities:
            start = len(values) // 3
            values += values[start:start + 1 + len(values) // 50]
        bad = _BAD_VALUES[topic]
        for place in range(damaged):
            values.insert((place * 7 + 3) % (len(values) + 1), bad[place % len(bad)])
    return messages


def write(folder, topic, values, oddities):
    """Writes the messages of a topic in files of some hundred. Returns how many files and bytes it took."""
    partition = folder / topic / "partition=0"
    partition.mkdir(parents=True, exist_ok=True)
    for old in partition.glob("*.json"):
        old.unlink()
    starts = range(0, len(values), _MESSAGES_PER_FILE)
    size = 0
    for start in starts:
        part = values[start:start + _MESSAGES_PER_FILE]
        # The last file is no sink's: a console consumer's capture, one array of messages with their places.
        captured = oddities and start == starts[-1] and start > 0
        text = _console_capture(topic, start, part) if captured else "".join(map(_line, part))
        size += (partition / f"{topic}+0+{start:010d}.json").write_bytes(text.encode())
    return len(starts), size


def _walk(origin):
    """Yields the numbers of the rows that were posted. The second delivery is the first one's walk and some more."""
    draw = origin.chance("walk")
    there = set(origin.numbers())
    count = max(1, round(_POSTS_AT_SCALE_ONE * origin.scale))
    for _ in range(count):
        number = int(origin.first_rows() * draw.random())
        if number in there:
            yield number
    if origin.delivery == 2:
        numbers = origin.numbers()
        for _ in range(max(1, int(count * _MORE_POSTS))):
            yield numbers[int(len(numbers) * draw.random())]
        yield numbers[-1]


def _post(origin, draw, messages, topic, value):
    if not origin.oddities:
        messages[topic].append(value)
        return
    if topic == "geo" and draw.random() < 0.2:
        # Earlier captures have the fields in another order.
        value = {name: value[name] for name in ("ind", "latitude", "longitude", "country", "timestamp")}
    kind = draw.random()
    if kind < _ASTRAY:
        messages[draw.choice([other for other in _TOPICS if other != topic])].append(value)
    if kind > _ASTRAY / 2:
        messages[topic].append(value)
    while draw.random() < _SENT_AGAIN:
        messages[topic].append(value)


def _line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def _console_capture(topic, start, values):
    return json.dumps([
        {"topic": topic, "key": None, "value": value, "partition": 0, "offset": start + place}
        for place, value in enumerate(values)])
