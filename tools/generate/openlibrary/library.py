"""How many authors, works and editions there are, what they are numbered, and who belongs to whom.

All five dumps are drawn from this alone, each by a random sequence of its own, so that they join whichever of them are
written. A number's record is never listed: whoever has number n is made when its line is.
"""

import random

_WORKS_AT_SCALE_ONE = 3_000
_AUTHORS_PER_WORK = 0.5
_EDITIONS_PER_WORK = 1.35
_NEW_IN_SECOND_DELIVERY = 50


class Library:
    """`delivery` 2 has one in forty-one records less, one in seventeen edited, and one in fifty new."""

    def __init__(self, seed, scale, delivery, oddities):
        self.seed = seed
        self.delivery = delivery
        self.oddities = oddities
        self.works = max(20, round(_WORKS_AT_SCALE_ONE * scale))
        self.authors = max(10, round(self.works * _AUTHORS_PER_WORK))
        self.editions = max(20, round(self.works * _EDITIONS_PER_WORK))

    def chance(self, what):
        """Returns a random.Random for `what` alone, so that no draw depends on what was drawn before."""
        return random.Random(f"openlibrary {self.seed} {what}")

    def numbers(self, count):
        """Returns the numbers of the records of a dump that has `count` in its first delivery."""
        return range(count + 1 + count // _NEW_IN_SECOND_DELIVERY if self.delivery == 2 else count)

    def is_gone(self, number):
        return self.delivery == 2 and number % 41 == 7

    def is_edited(self, number):
        return self.delivery == 2 and number % 17 == 3


def author_key(number):
    return f"/authors/OL{2_000_000 + 2 * number}A"


def work_key(number):
    return f"/works/OL{10_000_000 + 3 * number}W"


def edition_key(number):
    return f"/books/OL{20_000_000 + 5 * number}M"
