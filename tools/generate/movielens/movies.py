"""The films' two files: movies_metadata.csv, with its columns of Python literals, and links.csv."""

import csv
import io

from .catalogue import GENRES

_COLUMNS = (
    "adult,belongs_to_collection,budget,genres,homepage,id,imdb_id,original_language,original_title,overview,popularity,"
    "poster_path,production_companies,production_countries,release_date,revenue,runtime,spoken_languages,status,tagline,"
    "title,video,vote_average,vote_count").split(",")
_COMPANIES = ("Harbor Lane Pictures", "Kettle & Sons", "O'Neill Films", "Blue Otter Studios", "Les Films du Canal",
              "Twelve Lanterns", "Northlight \"N\" Productions", "Paperboat")
_COUNTRIES = (("US", "United States of America"), ("GB", "United Kingdom"), ("FR", "France"), ("JP", "Japan"),
              ("IN", "India"), ("DE", "Germany"), ("CI", "Cote D'Ivoire"))
_LANGUAGES = (("en", "English"), ("fr", "Français"), ("ja", "日本語"), ("hi", "हिन्दी"), ("de", "Deutsch"), ("xx", "No Language"))
_WORDS = (
    "a young clerk finds letters and follows them through the winter city where nobody remembers her brother while old "
    "friends return to the house by the sea with one last plan that changes what they thought of love and of each other"
).split()
_ROWS_PER_CHUNK = 2_000


def metadata_chunks(catalogue, delivery):
    """Yields movies_metadata.csv in pieces. Lines end in LF, as in the real file.

    With oddities, three records are broken by a line end that no quotes protect, and some films stand there twice.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    shifted = {catalogue.movies * part // 4 for part in (1, 2, 3)} if catalogue.oddities else set()
    for rank in range(catalogue.movies):
        if rank % 50 == 49 or (delivery == 2 and rank % 211 == 100):
            continue
        fields = _metadata(catalogue, rank, delivery)
        if rank in shifted:
            _write_broken(writer, fields)
        else:
            writer.writerow(fields)
        if catalogue.oddities and rank % 400 == 7:
            writer.writerow(fields)
        if rank % _ROWS_PER_CHUNK == _ROWS_PER_CHUNK - 1:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def link_chunks(catalogue):
    """Yields links.csv in one piece: lines end in CRLF, some lack the tmdbId."""
    rows = ["movieId,imdbId,tmdbId"]
    for rank in range(catalogue.movies):
        tmdb = "" if rank % 120 == 60 else catalogue.tmdb_id(rank)
        rows.append(f"{catalogue.movie_id(rank)},{_imdb_number(rank)},{tmdb}")
    yield ("\r\n".join(rows) + "\r\n").encode()


def _imdb_number(rank):
    return f"{100_000 + rank * 13:07d}"


def _metadata(catalogue, rank, delivery):
    draw = catalogue.chance(f"movie {rank}")
    title = catalogue.title(rank)
    genres = [{"id": number, "name": name} for number, name in
              (GENRES[int(len(GENRES) * draw.random() ** 1.6)] for _ in range(int(4 * draw.random())))]
    companies = [{"name": draw.choice(_COMPANIES), "id": 100 + rank % 900} for _ in range(int(3 * draw.random()))]
    country, country_name = draw.choice(_COUNTRIES)
    language, language_name = draw.choice(_LANGUAGES)
    votes = int(6_000 * draw.random() ** 3 / (1 + rank / 400)) + (50 if delivery == 2 and rank % 17 == 3 else 0)
    return [
        "False" if draw.random() < 0.999 else "True",
        _collection(catalogue, rank) if rank % 11 == 4 else "",
        draw.choice((0, 0, 0, 30_000_000, 65_000_000, 12_500_000)),
        repr(list({genre["id"]: genre for genre in genres}.values())),
        f"http://films.example/{rank}" if rank % 7 == 0 else "",
        catalogue.tmdb_id(rank),
        f"tt{_imdb_number(rank)}",
        language,
        title.strip(),
        _overview(draw, catalogue.oddities),
        f"{draw.random() * 22:.6f}",
        f"/{rank * 7919 % 999_983:06d}poster.jpg",
        repr(companies),
        repr([{"iso_3166_1": country, "name": country_name}]),
        f"{catalogue.year(rank)}-{1 + int(12 * draw.random()):02d}-{1 + int(28 * draw.random()):02d}" if rank % 60 != 31 else "",
        draw.choice((0, 0, 373_554_033, 81_452_156, 2_000_000)),
        f"{70 + int(90 * draw.random())}.0" if rank % 45 != 11 else "",
        repr([{"iso_639_1": language, "name": language_name}]),
        draw.choice(("Released",) * 9 + ("Rumored", "Post Production", "")),
        draw.choice(("", "", "Some doors stay open.", "Roll the dice, and \"run\"!", "It's never too late")),
        title,
        "False",
        f"{catalogue.quality(rank) * 2:.1f}",
        votes,
    ]


def _collection(catalogue, rank):
    return repr({"id": 10_000 + rank, "name": f"{catalogue.title(rank)} Collection", "poster_path": None,
                 "backdrop_path": f"/{rank:06d}back.jpg"})


def _overview(draw, oddities):
    text = " ".join(draw.choice(_WORDS) for _ in range(12 + int(40 * draw.random()))).capitalize() + "."
    kind = draw.random() if oddities else 1.0
    if kind < 0.04:
        return text + "\n\nIn two parts, \"before\" and \"after\"."
    if kind < 0.06:
        return text + "\r\nRestored in 2012.\t"
    return "" if kind < 0.08 else text


def _write_broken(writer, fields):
    """Writes the record as the three of the real file stand there: cut in the overview, without the rest's columns."""
    place = _COLUMNS.index("overview")
    writer.writerow([*fields[:place], "Told in one night."])
    writer.writerow([" - Written by Ørnås", *fields[place + 1:]])
