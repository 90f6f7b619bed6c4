"""What the three files share: which records a delivery has, and the draws that a record is made of."""

import dataclasses
import random

_PAPERS_AT_SCALE_ONE = 1_000
_LINKS_AT_SCALE_ONE = 520
_DATASETS_AT_SCALE_ONE = 150
_ADDED = 0.04


@dataclasses.dataclass(frozen=True)
class Dump:
    """One delivery of the three files. Records are numbered from 0; the second delivery adds numbers at the end."""
    seed: int
    scale: float
    delivery: int
    oddities: bool

    def papers(self):
        return self._numbers(_PAPERS_AT_SCALE_ONE)

    def links(self):
        return self._numbers(_LINKS_AT_SCALE_ONE)

    def datasets(self):
        return self._numbers(_DATASETS_AT_SCALE_ONE)

    def first_papers(self):
        """Returns how many papers the first delivery has."""
        return _count(_PAPERS_AT_SCALE_ONE, self.scale)

    def is_changed(self, number):
        """Tells whether the record differs from the one that the first delivery had."""
        return self.delivery == 2 and number % 31 == 4

    def reseed(self, draw, kind, number):
        """Sets `draw`, a random.Random, to what the record `number` of `kind` (0 to 15) is made of, and nothing else."""
        draw.seed((self.seed << 44) + (kind << 40) + number)

    def _numbers(self, at_scale_one):
        count = _count(at_scale_one, self.scale)
        if self.delivery == 1:
            return range(count)
        return [number for number in range(count + max(1, int(count * _ADDED))) if number % 29 != 7]


def _count(at_scale_one, scale):
    return max(1, round(at_scale_one * scale))


def new_draw():
    """Returns a random.Random for `Dump.reseed`; one for all records of a file is what makes writing fast."""
    return random.Random(0)
