"""Bad rows, for tests of what becomes of them: each is a whole line that no contract can take as it is."""

_KINDS = (
    b'{"id":"%d","type":"PushEvent","actor":{"id":1,"login":"cut-off',
    b'["%d","not an object"]',
    b'{"id":"abc%d","type":"WatchEvent","created_at":"%b"}',
    b'{"type":"WatchEvent","actor":{"id":%d,"login":"no-id"},"created_at":"%b"}',
    b'{"id":"99999999999999999999%d","type":"WatchEvent","created_at":"%b"}',
    b'{"id":"%d","type":"WatchEvent","actor":{"id":12.5,"login":"half"},"created_at":"%b"}',
    b'{"id":"%d","type":"WatchEvent","actor":{"id":1,"login":"\xff\xfe"},"created_at":"%b"}',
    b'{"id":"%d","type":"WatchEvent","created_at":"the day before yesterday"}',
    b'{"id":"%d","type":"WatchEvent","actor":{"id":1}}',
    b'{"id":"%d","type":"WatchEvent","public":"perhaps","created_at":"%b"}',
    b'{"id":"%d","type":"WatchEvent","created_at":"%b"} and more',
)


def spread(world, start, lines, count):
    """Yields `lines` with `count` bad ones between them, one kind after the other; the good ones stay as they are."""
    bad = [_bad_line(start, place) for place in range(count)]
    draw = world.chance("damage", start.isoformat())
    for line in lines:
        if bad and draw.random() < 0.05:
            yield bad.pop(0)
        yield line
    yield from bad


def _bad_line(start, place):
    kind = _KINDS[place % len(_KINDS)]
    values = (900_000_000 + place, f"{start:%Y-%m-%dT%H:%M:%SZ}".encode())
    return kind % values[:kind.count(b"%d") + kind.count(b"%b")]
