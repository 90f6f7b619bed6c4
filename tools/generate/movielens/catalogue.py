"""The films: which there are, what they are called, how good and how well known they are.

A film's number in the ratings (`movie_id`) is another than its number in the metadata (`tmdb_id`); links.csv has both.
"""

import random

_MOVIES_AT_SCALE_ONE = 9_000
_MOST_MOVIES = 45_000
GENRES = (
    (18, "Drama"), (35, "Comedy"), (53, "Thriller"), (10749, "Romance"), (28, "Action"), (27, "Horror"), (80, "Crime"),
    (99, "Documentary"), (12, "Adventure"), (878, "Science Fiction"), (10751, "Family"), (9648, "Mystery"),
    (14, "Fantasy"), (16, "Animation"), (10769, "Foreign"), (10402, "Music"), (36, "History"), (10752, "War"),
    (37, "Western"), (10770, "TV Movie"))
_FIRST_WORDS = (
    "Last First Silent Golden Broken Hidden Little Long Red Blue Midnight Winter Summer Secret Wild Lost Strange Perfect "
    "Quiet Burning Falling Second Northern Paper Iron Crimson Distant Endless Gentle Hollow").split()
_SECOND_WORDS = (
    "River House Night Garden Road Train Summer City Letter Window Kingdom Island Promise Circus Harbor Mountain Dancer "
    "Stranger Shadow Machine Orchard Voyage Sister Detective Lighthouse Orchestra Bridge Empire Forest Clock").split()
_ODD_TITLES = (
    "Women, Fire, and Other Dreams", 'The "Perfect" Day', "L'Été d'après", "千の風", "Что было потом", "Amélie's Garden ",
    "8½ Hours", "Cortázar: A Life", "...And Then", "50/50; or, Half a Chance", "Señor Niño", "O Brother\u2019s Keeper")
FIRST_YEAR = 1902
LAST_YEAR = 2017


class Catalogue:
    """Films by rank, the best known first. `oddities` says whether odd titles and rows are among them."""

    def __init__(self, seed, scale, oddities):
        self.seed = seed
        self.scale = scale
        self.oddities = oddities
        self.movies = max(40, min(_MOST_MOVIES, round(_MOVIES_AT_SCALE_ONE * (scale if scale < 1 else scale ** 0.3))))

    def chance(self, what):
        """Returns a random.Random for `what` alone, so that no draw depends on what was drawn before."""
        return random.Random(f"movielens {self.seed} {what}")

    def movie_id(self, rank):
        """Returns a number of its own for each rank, the way MovieLens counts: with gaps, early films low."""
        return 1 + rank * 3 + rank % 3

    def tmdb_id(self, rank):
        return 11 + rank * 7919 % 479_909

    def title(self, rank):
        if self.oddities and rank % 37 == 5:
            return _ODD_TITLES[rank // 37 % len(_ODD_TITLES)]
        first = _FIRST_WORDS[rank * 7 % len(_FIRST_WORDS)]
        second = _SECOND_WORDS[rank // len(_FIRST_WORDS) % len(_SECOND_WORDS)]
        turn = rank // (len(_FIRST_WORDS) * len(_SECOND_WORDS))
        article = "The " if rank % 3 == 0 else ""
        return f"{article}{first} {second}{f' {turn + 1}' if turn else ''}"

    def year(self, rank):
        """Returns the year of release; most films are young."""
        span = LAST_YEAR - FIRST_YEAR
        return LAST_YEAR - int(span * ((rank * 389 % 997) / 997) ** 2.2)

    def quality(self, rank):
        """Returns what a film is rated on average, between 2 and 4.4."""
        return 4.4 - 2.4 * ((rank * 211 % 503) / 503) ** 1.4
