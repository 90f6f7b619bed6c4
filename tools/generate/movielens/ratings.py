"""The ratings: who gave how many stars to which film when.

Users are drawn one after the other, each with a handful of ratings or with thousands, in sittings some weeks apart.
Made to be fast, since benchmarks want 26 million rows: a user takes consecutive entries of one of a few hundred lists
in which film and stars are already text, so that a row is a join of four strings. A list names each film once, hence
so does a user, and has the well known films near its beginning.

The second delivery follows from the first by the user's number alone, so that all other rows are the same.
"""

import math

_RATINGS_AT_SCALE_ONE = 100_000
_MEAN_RATINGS = 83.6
_LISTS = 211
_LONGEST_LIST = 2_500
_SITTING = 60
_FIRST_SECOND = 822_873_600
_END_SECOND = 1_501_829_000
_END_OF_SECOND_DELIVERY = 1_509_400_000
_MEAN_PAUSE = 45 * 86_400
_DIGITS = 1 << 16
_ROWS_PER_CHUNK = 40_000

_DAMAGED = (
    "seven,5,4.0,964982703", ",5,4.0,964982703", "7,5,four,964982703", "7,5,4.0,yesterday", "7,5",
    "99999999999999999999,5,4.0,964982703", "7,5.5,4.0,964982703", "7,5,,964982703")


def chunks(catalogue, delivery, damaged):
    """Yields ratings.csv in pieces of some hundred kilobytes. The last line has no end if there are oddities."""
    line_end = "\r\n" if catalogue.oddities and catalogue.seed % 2 == 0 else "\n"
    rows = [f"userId,movieId,rating,timestamp{line_end}"]
    rows += [f"{row}{line_end}" for row in _damaged_rows(damaged)]
    for own in _rows_of_users(catalogue, delivery, line_end):
        rows += own
        if len(rows) >= _ROWS_PER_CHUNK:
            yield "".join(rows[:-1]).encode()
            del rows[:-1]
    text = "".join(rows)
    yield (text.removesuffix(line_end) if catalogue.oddities else text).encode()


def _users(catalogue):
    return max(1, round(_RATINGS_AT_SCALE_ONE * catalogue.scale / _MEAN_RATINGS))


def _damaged_rows(count):
    return [_DAMAGED[place % len(_DAMAGED)] for place in range(count)]


def _rows_of_users(catalogue, delivery, line_end):
    """Yields a list of lines for each user."""
    draw = catalogue.chance("users")
    lists = [_make_list(catalogue, number) for number in range(_LISTS)]
    digits = [f"{int(10_000 * draw.random()):04d}{line_end}" for _ in range(_DIGITS)]
    users = _users(catalogue)
    for user in range(1, users + 1):
        rows = _rows_of(draw, user, lists, digits, _FIRST_SECOND, _END_SECOND)
        if delivery == 2:
            if user % 97 == 50:
                continue
            if user % 31 == 3:
                rows[0] = _with_other_stars(rows[0])
        if catalogue.oddities and user == 7:
            rows.append(f"999,{catalogue.movie_id(catalogue.movies)},5.0,1147880044{line_end}")
        yield rows
    if delivery == 2:
        for user in range(users + 1, users + 2 + users // 40):
            yield _rows_of(draw, user, lists, digits, _END_SECOND, _END_OF_SECOND_DELIVERY)


def _rows_of(draw, user, lists, digits, first_second, end_second):
    entries = lists[int(_LISTS * draw.random())]
    first = int(25 * draw.random() ** 2)
    count = min(len(entries) - first, max(1, int(math.exp(draw.gauss(3.4, 1.45)))))
    second = first_second + int((end_second - first_second) * draw.random())
    rows = []
    for start in range(first, first + count, _SITTING):
        turn = int((_DIGITS - _SITTING) * draw.random())
        time = str(second // 10_000)
        rows += [f"{user}{entry}{time}{digit}" for entry, digit in
                 zip(entries[start:min(start + _SITTING, first + count)], digits[turn:turn + _SITTING])]
        second = min(end_second, second + int(draw.expovariate(1 / _MEAN_PAUSE)))
    return rows


def _make_list(catalogue, number):
    """Returns `,movie,stars,` for films in the order in which they are met, as people of one taste rate them."""
    draw = catalogue.chance(f"list {number}")
    bias = draw.gauss(0, 0.4)
    known = sorted(range(catalogue.movies), key=lambda rank: (rank + 30) * -math.log(1 - draw.random()))[:_LONGEST_LIST]
    return [f",{catalogue.movie_id(rank)},{_stars(draw, catalogue.quality(rank) + bias)}," for rank in known]


def _stars(draw, taste):
    return min(10, max(1, round(2 * draw.gauss(taste, 0.9)))) / 2


def _with_other_stars(row):
    user, movie, stars, rest = row.split(",")
    return f"{user},{movie},{'0.5' if stars == '5.0' else '5.0'},{rest}"
