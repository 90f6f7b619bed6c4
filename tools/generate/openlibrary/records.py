"""The three dumps of records: type, key, revision, last_modified and the record as JSON, separated by tabs.

A line takes one f-string and about a dozen draws, since benchmarks want millions of them; whatever is costly is a list
of ready JSON fragments from prose.py. Each record makes the same draws in both deliveries, so that those that were not
edited stay as they are.
"""

from . import prose
from .library import author_key, edition_key, work_key

_VARIETY = 1 << 14
_EDITED_AT = "2023-07-11T08:00:00.123456"

# Lines that are no record of a dump. `number` makes each another one.
_DAMAGED = (
    "/type/{kind}\t/{folder}/OL{number}X\t1\t2020-01-01T00:00:00.000001\n",
    "/type/{kind}\t/{folder}/OL{number}X\tone\t2020-01-01T00:00:00.000001\t{{}}\n",
    "/type/{kind}\t/{folder}/OL{number}X\t1\tyesterday\t{{}}\n",
    "/type/{kind}\t/{folder}/OL{number}X\t1\t2020-01-01T00:00:00.000001\t{{\"title\": \"cut\n",
    "/type/{kind}\t\t1\t2020-01-01T00:00:00.000001\t{{}}\n",
    "not a record\n",
)


def authors(library, damaged):
    """Yields the lines of the authors dump."""
    draw = library.chance("authors")
    names = prose.author_names(draw, _VARIETY)
    dates = prose.life_dates(draw, 512, library.oddities)
    times = prose.times(draw, _VARIETY, library.oddities)
    rand = draw.random
    yield from _damaged_lines("author", "authors", damaged)
    for number in library.numbers(library.authors):
        name, born, died = names[int(_VARIETY * rand())], dates[int(512 * rand())], dates[int(512 * rand())]
        place = int(_VARIETY * rand())
        kind, life, note = rand(), rand(), rand()
        if library.is_gone(number):
            continue
        revision, modified = 1 + number % 4, times[place]
        if library.is_edited(number):
            revision, modified, died = revision + 1, _EDITED_AT, '"2023"'
        fields = f'"name": {name}, '
        if library.oddities and number % 509 == 100:
            fields = ""
        if life < 0.3:
            fields += f'"birth_date": {born}, '
        if life < 0.1 or library.is_edited(number):
            fields += f'"death_date": {died}, '
        if kind < 0.84:
            fields += f'"personal_name": {name}, '
        elif kind < 0.9:
            fields += f'"entity_type": "{("person", "org", "event")[number % 3]}", '
        if note < 0.02:
            fields += '"bio": "A life among books.", '
        elif note < 0.05:
            fields += '"bio": {"type": "/type/text", "value": "Wrote.\\r\\nAnd taught."}, '
        if note > 0.84:
            fields += f'"created": {_datetime(times[place // 2])}, "latest_revision": {revision}, '
        key = author_key(number)
        yield (f'/type/author\t{key}\t{revision}\t{modified}\t{{{fields}"last_modified": {_datetime(modified)}, '
               f'"key": "{key}", "type": {{"key": "/type/author"}}, "revision": {revision}}}\n')


def works(library, damaged):
    """Yields the lines of the works dump."""
    draw = library.chance("works")
    titles = prose.titles(draw, _VARIETY, library.oddities)
    subjects = prose.subject_lists(draw, _VARIETY, library.oddities)
    dates = prose.publish_dates(draw, 2_048, library.oddities)
    times = prose.times(draw, _VARIETY, library.oddities)
    rand = draw.random
    library_authors = library.authors
    yield from _damaged_lines("work", "works", damaged)
    for number in library.numbers(library.works):
        title, place = titles[int(_VARIETY * rand())], int(_VARIETY * rand())
        author = int(library_authors * rand() ** 2.5)
        topics, date, kind, more = rand(), rand(), rand(), rand()
        if library.is_gone(number):
            continue
        revision, modified = 1 + number % 5, times[place]
        if library.is_edited(number):
            revision, modified, title = revision + 1, _EDITED_AT, '"Retitled"'
        key = work_key(number)
        if library.oddities and number % 701 == 350:
            yield _redirect(key, revision, modified, work_key(number + 1))
            continue
        fields = f'"title": {title}, '
        if more < 0.3:
            fields += f'"created": {_datetime(times[place // 2])}, "covers": [{3_000_000 + number}], '
        else:
            fields += f'"created": {_datetime(times[place // 2])}, '
        if topics < 0.45:
            fields += f'"subjects": {subjects[int(_VARIETY * topics / 0.45)]}, '
        if date < 0.35:
            fields += f'"first_publish_date": {dates[int(2_048 * date / 0.35)]}, '
        if more > 0.97:
            fields += '"description": {"type": "/type/text", "value": "Signed by the author.\\r\\nSecond line."}, '
        elif more > 0.96:
            fields += '"description": "Plain words.", '
        yield (f'/type/work\t{key}\t{revision}\t{modified}\t{{{fields}"last_modified": {_datetime(modified)}, '
               f'"latest_revision": {revision}, "key": "{key}", "authors": [{_roles(library, author, kind)}], '
               f'"type": {{"key": "/type/work"}}, "revision": {revision}}}\n')


def editions(library, damaged):
    """Yields the lines of the editions dump."""
    draw = library.chance("editions")
    titles = prose.titles(draw, _VARIETY, library.oddities)
    dates = prose.publish_dates(draw, 4_096, library.oddities)
    times = prose.times(draw, _VARIETY, library.oddities)
    publishers = [prose.publisher(draw) for _ in range(64)]
    languages = [prose.language(draw) for _ in range(64)]
    rand = draw.random
    yield from _damaged_lines("edition", "books", damaged)
    for number in library.numbers(library.editions):
        title, place = titles[int(_VARIETY * rand())], int(_VARIETY * rand())
        work, author = int(library.works * rand() ** 1.3), int(library.authors * rand() ** 2.5)
        kind, more, small = rand(), rand(), rand()
        if library.is_gone(number):
            continue
        revision, modified = 1 + number % 6, times[place]
        if library.is_edited(number):
            revision, modified, title = revision + 1, _EDITED_AT, '"Reprinted"'
        key = edition_key(number)
        fields = f'"publishers": [{publishers[int(64 * small)]}], "title": {title}, '
        if kind >= 0.25:
            fields += f'"works": [{{"key": "{work_key(work)}"}}], '
        if more >= 0.22:
            fields += f'"authors": [{{"key": "{author_key(author)}"}}], '
        if more < 0.42:
            fields += f'"languages": [{{"key": {languages[int(64 * small)]}}}], '
        if kind < 0.98:
            fields += f'"publish_date": {dates[int(4_096 * small)]}, '
        if small < 0.6:
            fields += f'"number_of_pages": {10 + int(900 * more)}, "isbn_13": ["978{number:010d}"], '
        if small > 0.66:
            fields += f'"oclc_numbers": ["{number:09d}"], '
        elif library.oddities and small > 0.65:
            fields += f'"oclc_number": ["{number:09d}"], '
        if kind > 0.93:
            fields += '"notes": {"type": "/type/text", "value": "Includes index.\\n"}, '
        elif library.oddities and kind > 0.92:
            fields += '"notes": "Cover title.", '
        if more > 0.34:
            fields += f'"created": {_datetime(times[place // 2])}, "latest_revision": {revision}, '
        yield (f'/type/edition\t{key}\t{revision}\t{modified}\t{{{fields}"last_modified": {_datetime(modified)}, '
               f'"key": "{key}", "type": {{"key": "/type/edition"}}, "revision": {revision}}}\n')


def _datetime(text):
    return f'{{"type": "/type/datetime", "value": "{text}"}}'


def _roles(library, author, kind):
    """Returns the elements of a work's `authors`. Most name their type by a text, some by an object."""
    role = '"/type/author_role"' if kind < 0.75 else '{"key": "/type/author_role"}'
    one = f'{{"type": {role}, "author": {{"key": "{author_key(author)}"}}}}'
    if kind < 0.9:
        return one
    if kind < 0.97:
        return f'{one}, {{"type": {role}, "author": {{"key": "{author_key(author // 2)}"}}}}'
    if not library.oddities or kind < 0.98:
        return ""
    return f'{one}, {{"type": {role}}}' if kind < 0.99 else f"{one}, {one}"


def _redirect(key, revision, modified, target):
    return (f'/type/redirect\t{key}\t{revision}\t{modified}\t{{"key": "{key}", "location": "{target}", '
            f'"last_modified": {_datetime(modified)}, "type": {{"key": "/type/redirect"}}, "revision": {revision}}}\n')


def _damaged_lines(kind, folder, count):
    for number in range(count):
        yield _DAMAGED[number % len(_DAMAGED)].format(kind=kind, folder=folder, number=number)
