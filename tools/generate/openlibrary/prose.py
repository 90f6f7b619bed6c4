"""Names, titles, subjects and dates as catalogues have them. All are JSON fragments, quotes included, in ASCII.

Each kind is a list made once; a record draws from it. Dumps of gigabytes are made of these pieces.
"""

import json

_FIRST_NAMES = (
    "Anna Boris Clara Daniel Elena Farid Grace Henrik Ines Jun Karin Luis Mara Nadia Omar Petra Rosa Samuel Tomas Yuki "
    "H\u0323usayn Andre\u0301 Fedor Jose\u0301 Zoe\u0308").split()
_LAST_NAMES = (
    "Abbott Berger Castillo Dubois Eriksen Fontaine Garcia Hoffmann Ivanov Jansen Kaplan Lindqvist Moreau Novak Okafor "
    "Petrov Quinn Rossi Sato Tanaka Ullman Vasquez Weber Yilmaz Salafi\u0304 O'Hara Mu\u0308ller-Lu\u0308denscheidt").split()
_BODIES = ("Royal Society of Gardeners (Great Britain)", "International Conference on Dams (4th 1987 Melbourne, Vic.)",
           "Canada. Department of Fisheries.", "\u5317\u4eac\u56fe\u4e66\u9986", "Museum f\u00fcr Alltag")
_TITLE_WORDS = (
    "history introduction letters garden water modern life poems collected theory practice early city letters travels "
    "art science law music stories economic village river handbook guide essays night children language church war "
    "northern studies world women society education nature political sea medicine philosophy journey design").split()
_TITLE_SHAPES = ("{} of {}", "The {} of {}", "{} and {}", "A {} {}", "{}", "{}: {} {}", "Zur {} der {}", "{}, {} and {}")
_ODD_TITLES = ("Wa-ma atakum al-Rasul fa-khudhuh", "\u0412\u043e\u0439\u043d\u0430 \u0438 \u043c\u0438\u0440",
               "\U0001d505ooks\tand tabs", 'The "quoted" book', "back\\slash", "line\nbreak", "Fu\u0308r und wider", " ",
               "\u6f22\u5b57\u306e\u672c")
_SUBJECTS = (
    "History Fiction Biography Poetry Law Cooking Gardening Music Travel Medicine Economics Philosophy Religion Children "
    "Education Mathematics Physics Chemistry Politics Art Architecture Drama Language Photography Sports").split()
_PLACES = "Great Britain|United States|France|India|Japan|Russia|Germany|Brazil|Egypt|Canada".split("|")
_PERIODS = "|19th century|20th century|Congresses|Bibliography|Juvenile literature|Study and teaching".split("|")
_LANGUAGES = "eng eng eng eng ger fre spa rus jpn chi ara".split()
_PUBLISHERS = ("Harbor Press", "Otter & Sons", "Stationery Office Books", "Verlag am Fluss", "\u5ca9\u6ce2", "Univ. of Nowhere Pr.")
_MONTHS = "January February March April May June July August September October November December".split()


def author_names(draw, count):
    """Returns `count` names of people, a few of societies among them."""
    return [json.dumps(draw.choice(_BODIES) if draw.random() < 0.03 else
                       f"{draw.choice(_FIRST_NAMES)} {draw.choice(_LAST_NAMES)}") for _ in range(count)]


def titles(draw, count, oddities):
    return [json.dumps(draw.choice(_ODD_TITLES) if oddities and draw.random() < 0.02 else _title(draw)) for _ in range(count)]


def _title(draw):
    shape = draw.choice(_TITLE_SHAPES)
    text = shape.format(*(draw.choice(_TITLE_WORDS) for _ in range(shape.count("{}"))))
    return text[0].upper() + text[1:]


def subject_lists(draw, count, oddities):
    """Returns `count` JSON arrays of one to five subjects, the first of the words most often."""
    lists = []
    for _ in range(count):
        subjects = [_subject(draw) for _ in range(1 + int(5 * draw.random() ** 2))]
        kind = draw.random() if oddities else 1.0
        if kind < 0.02:
            subjects.append(None)
        elif kind < 0.04:
            subjects.append(subjects[0])
        elif kind < 0.06:
            subjects[0] = f" {subjects[0].lower()}"
        elif kind < 0.07:
            subjects.append("")
        lists.append(json.dumps(subjects))
    return lists


def _subject(draw):
    word = _SUBJECTS[int(len(_SUBJECTS) * draw.random() ** 2)]
    return " -- ".join(part for part in (
        word, draw.choice(_PLACES) if draw.random() < 0.25 else "", draw.choice(_PERIODS) if draw.random() < 0.3 else "") if part)


def publish_dates(draw, count, oddities):
    """Returns dates of a book as people write them: mostly a year, at times a day, at times hardly a date."""
    return [json.dumps(_odd_date(draw) if oddities and draw.random() < 0.1 else _date(draw)) for _ in range(count)]


def _year(draw):
    return 2019 - int(190 * draw.random() ** 2.5)


def _date(draw):
    year, month, day = _year(draw), draw.choice(_MONTHS), 1 + int(28 * draw.random())
    return draw.choice((f"{year}", f"{year}", f"{month} {day}, {year}", f"{month} {year}", f"{day} {month} {year}"))


def _odd_date(draw):
    year = _year(draw)
    return draw.choice((
        f"({year}", f"c. {year}", f"c{year}", f"{year}-{year + 3}", f"{year} or {year % 10 + 1}", f"10/{year}", f"[{year}?]",
        f"{year}0101", "16th cent.", "19--", "n.d.", "MDCCCLXX", "", "950 (ca.)", "9999", f"1-1-{year % 100:02d}",
        f"printed in {year}, 2nd ed.", f"\u0662\u0660\u0660\u0661", f"  {year} "))


def life_dates(draw, count, oddities):
    """Returns dates of birth or death."""
    odd = ("16th cent.", ".", "(1876", "12 May 1950", "c. 1990", "950 (ca.)", "1885 or 6", "10/1950", "27 Sept 1915", "")
    return [json.dumps(draw.choice(odd) if oddities and draw.random() < 0.12 else str(1995 - int(300 * draw.random() ** 2)))
            for _ in range(count)]


def times(draw, count, oddities):
    """Returns bare texts such as 2010-04-28T06:54:19.472104: no zone, and at times four or five digits at the end."""
    texts = []
    for _ in range(count):
        text = (f"20{8 + int(13 * draw.random()):02d}-{1 + int(12 * draw.random()):02d}-{1 + int(28 * draw.random()):02d}"
                f"T{int(24 * draw.random()):02d}:{int(60 * draw.random()):02d}:{int(60 * draw.random()):02d}"
                f".{1 + int(999_999 * draw.random()):06d}")
        texts.append(text[:len(text) - int(3 * draw.random())] if oddities and draw.random() < 0.03 else text)
    return sorted(texts)


def language(draw):
    return json.dumps(f"/languages/{draw.choice(_LANGUAGES)}")


def publisher(draw):
    return json.dumps(draw.choice(_PUBLISHERS))
