"""The people, organizations and repositories that events name, and how often each is met.

The world is endless but never listed: whoever has rank r is made from the seed and r when first met. A rank is drawn
with a probability near 1/(rank + shift), the long tail of real activity: a few robots push all the time, and most
people are seen once. Ids stay for ever, names change: some accounts and repositories bear another name for each spell
of some hours.
"""

import dataclasses
import datetime
import random

FIRST_HOUR = datetime.datetime(2015, 1, 1, tzinfo=datetime.timezone.utc)

_POPULARITY_SHIFT = 20
# Prime moduli above the largest rank make `rank * factor % modulus` an id of its own for each rank.
_FACTOR = 7919
_PERSON_MODULUS = 9_999_991
_ORGANIZATION_MODULUS = 999_983

_FIRST_WORDS = (
    "amber brave calm dapper early fabled gentle hidden icy jolly keen lunar mellow noble odd plain quiet rapid silent "
    "tidy upper vivid windy young zesty copper desert ember frost granite harbor indigo juniper kelp lilac marble"
).split()
_SECOND_WORDS = (
    "otter falcon badger heron maple cedar comet raven walrus lynx magpie tiger salmon beetle orchid pebble river "
    "meadow canyon lantern anchor rocket wagon kettle button thimble compass mirror ladder bridge tunnel castle"
).split()
_PROJECT_WORDS = (
    "api app blog bot build cache chart client cli config core css data demo deploy docs dotfiles editor engine events "
    "feed forms game gateway graph homework http index jobs json kernel lab library mail map media mobile news notes "
    "parser photos player plugin proxy queue router scripts search server shell site store tasks template tests theme "
    "timer tools tracker tutorial utils viewer weather web widgets wiki worker"
).split()
_NAME_ENDINGS = ("", "-dev", "-hq", "2", "-labs", "-io", "-next")
_LANGUAGES = ('"JavaScript"', '"Python"', '"Java"', '"Ruby"', '"C++"', '"C"', '"PHP"', '"Go"', '"CSS"', '"C#"', "null")


@dataclasses.dataclass(frozen=True)
class Spells:
    """When a name changes: every `length` seconds, first `length - offset` seconds after 2015 began. 0: never."""
    length: int
    offset: int

    def ending_at(self, second):
        """Returns what the name ends with at `second`, counted from the beginning of 2015."""
        if self.length == 0:
            return ""
        return _NAME_ENDINGS[(second + self.offset) // self.length % len(_NAME_ENDINGS)]


@dataclasses.dataclass(frozen=True)
class Account:
    """A person or an organization. `kind` is GitHub's word for it: User or Organization."""
    id: int
    kind: str
    first_login: str
    spells: Spells

    def login_at(self, second):
        return self.first_login + self.spells.ending_at(second)

    def next_login_after(self, second):
        return self.login_at(second + self.spells.length)


@dataclasses.dataclass(frozen=True)
class Repository:
    """`language` is a JSON fragment: a quoted name or null. The full name changes with the owner's login too."""
    id: int
    owner: Account
    first_name: str
    spells: Spells
    language: str
    is_fork: bool

    def name_at(self, second):
        return self.first_name + self.spells.ending_at(second)


class World:
    """Makes accounts and repositories on demand and remembers them. Not for use by several threads."""

    def __init__(self, seed, scale, oddities):
        self.seed = seed
        self.scale = scale
        self.oddities = oddities
        growth = max(1.0, scale) ** 0.5
        self._persons = int(20_000 * growth)
        self._organizations = int(900 * growth)
        self._repositories = int(12_000 * growth)
        self._known = {}

    def draw_person(self, draw):
        """Returns a person, the popular ones more often. `draw` is a random.Random."""
        return self.person(_draw_rank(draw, self._persons))

    def draw_shared_repository(self, draw):
        """Returns a repository that many people work on; two thirds of them belong to an organization."""
        return self._remember("shared", _draw_rank(draw, self._repositories), self._make_shared_repository)

    def draw_own_repository(self, draw, person):
        """Returns one of the few repositories of `person`, the first most often."""
        place = int(3 * draw.random() ** 3)

        def make(chance, _):
            return self._make_own_repository(chance, person, place)

        return self._remember("own", (person.id, place), make)

    def person(self, rank):
        return self._remember("person", rank, self._make_person)

    def organization(self, rank):
        return self._remember("organization", rank, self._make_organization)

    def chance(self, *what):
        """Returns a random.Random for `what` alone, so that no draw depends on what was drawn before."""
        return random.Random(f"gharchive {self.seed} {what}")

    def _remember(self, kind, key, make):
        known = self._known.get((kind, key))
        if known is None:
            known = self._known[kind, key] = make(self.chance(kind, key), key)
        return known

    def _make_person(self, chance, rank):
        return Account(2 + rank * _FACTOR % _PERSON_MODULUS, "User", _login(chance, rank), self._spells(chance, rank))

    def _make_organization(self, chance, rank):
        login = _login(chance, rank) + chance.choice(("-org", "hub", "-team", "-project"))
        return Account(10_000_000 + rank * _FACTOR % _ORGANIZATION_MODULUS, "Organization", login,
                       self._spells(chance, rank))

    def _make_shared_repository(self, chance, rank):
        if chance.random() < 0.66:
            owner = self.organization(_draw_rank(chance, self._organizations))
        else:
            owner = self.draw_person(chance)
        return Repository(1_000_000 + rank, owner, _project(chance), self._spells(chance, rank),
                          chance.choice(_LANGUAGES), False)

    def _make_own_repository(self, chance, person, place):
        spells = self._spells(chance, person.id)
        return Repository(20_000_000 + person.id * 4 + place, person, _project(chance), spells,
                          chance.choice(_LANGUAGES), chance.random() < 0.2)

    def _spells(self, chance, number):
        length = 3600 * (5 + int(60 * chance.random())) + int(3600 * chance.random())
        offset = int(length * chance.random())
        return Spells(length, offset) if self.oddities and number % 7 == 3 else Spells(0, 0)


def _draw_rank(draw, size):
    return int(_POPULARITY_SHIFT * ((size / _POPULARITY_SHIFT + 1) ** draw.random() - 1))


def _login(chance, rank):
    first = _FIRST_WORDS[rank * 5 % len(_FIRST_WORDS)]
    second = _SECOND_WORDS[rank // len(_FIRST_WORDS) % len(_SECOND_WORDS)]
    if chance.random() < 0.3:
        first, second = first.capitalize(), second.capitalize()
    turn = rank // (len(_FIRST_WORDS) * len(_SECOND_WORDS))
    return f"{first}{chance.choice(('', '-'))}{second}{turn or ''}"


def _project(chance):
    words = [chance.choice(_PROJECT_WORDS) for _ in range(chance.choice((1, 2, 2, 3)))]
    return chance.choice(("-", "_", ".", "")).join(words)
