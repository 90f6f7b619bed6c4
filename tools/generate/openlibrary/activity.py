"""What readers did: stars they gave and shelves they put books on. No line says who it was."""

from .library import edition_key, work_key

_RATINGS_PER_WORK = 2
_ENTRIES_PER_WORK = 4
_STARS = (1, 2, 3, 3, 4, 4, 4, 5, 5, 5)
_SHELVES = ("Want to Read", "Want to Read", "Want to Read", "Already Read", "Already Read", "Currently Reading")
_DAMAGED_STARS = ("/works/OL{}W\t\t6 stars\t2020-01-01\n", "/works/OL{}W\t5\t2020-01-01\n", "\t\t5\t2020-01-01\n",
                  "/works/OL{}W\t\t5\tthe other day\n")
_DAMAGED_SHELVES = ("/works/OL{}W\tAlready Read\t2020-01-01\n", "\t\tAlready Read\t2020-01-01\n",
                    "/works/OL{}W\t\tAlready Read\tsome day\n", "/works/OL{}W\n")


def ratings(library, damaged):
    """Yields lines of work key, edition key or nothing, stars from 1 to 5, and day."""
    yield from _damaged_lines(_DAMAGED_STARS, damaged)
    yield from _lines(library, "ratings", _RATINGS_PER_WORK, _STARS)


def reading_log(library, damaged):
    """Yields lines of work key, edition key or nothing, shelf, and day."""
    yield from _damaged_lines(_DAMAGED_SHELVES, damaged)
    yield from _lines(library, "reading log", _ENTRIES_PER_WORK, _SHELVES)


def _lines(library, what, per_work, values):
    draw = library.chance(what)
    rand = draw.random
    for number in library.numbers(per_work * library.works):
        # Some belong to works that were merged into others since, which the works dump does not have.
        work = int(library.works * 1.01 * rand() ** 3)
        edition, value, day = rand(), values[int(len(values) * rand())], rand()
        if library.is_gone(number):
            continue
        if library.is_edited(number):
            value = values[0]
        book = edition_key(int(library.editions * edition / 0.6)) if edition < 0.6 else ""
        yield (f"{work_key(work)}\t{book}\t{value}\t"
               f"{2018 + int(5.5 * day):04d}-{1 + int(5.5 * day * 12) % 12:02d}-{1 + int(5.5 * day * 12 * 28) % 28:02d}\n")


def _damaged_lines(kinds, count):
    for number in range(count):
        yield kinds[number % len(kinds)].format(number)
