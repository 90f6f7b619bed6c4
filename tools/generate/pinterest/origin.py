"""The rows of the three tables: row n of each belongs to the same post."""

import dataclasses
import datetime
import random
import uuid

_ROWS_AT_SCALE_ONE = 1_000
_ADDED = 0.04

_CATEGORIES = (
    "christmas", "diy-and-crafts", "travel", "home-decor", "mens-fashion", "beauty", "art", "quotes", "tattoos",
    "education", "vehicles", "event-planning", "finance",
)
_COUNTRIES = (
    "Albania", "Armenia", "Aruba", "Colombia", "Cote d'Ivoire", "Cocos (Keeling) Islands", "French Guiana", "Maldives",
    "Bulgaria", "Azerbaijan", "Cuba", "Antarctica (the territory South of 60 deg S)", "Türkiye", "Isle of Man",
    "British Indian Ocean Territory (Chagos Archipelago)", "Nepal", "Sudan", "Åland Islands",
)
_POSTERS = (
    "Ray Uyemura", "Style Me Pretty", "The Crafting Chicks", "Living Low Key | Save Money, Make Money", "Nicki ",
    "iElylike ..✿◕‿◕✿ஐ", "CraftGossip.com", "Architectural Digest", "Cultura Colectiva", "Mala Rock | Rock T-shirts",
    "Petite in Paris", "Wanderlust Chloe ✈️", "hobbyDB", "Michelle {CraftyMorning.com}", "QC Career School", "O'Hara \"O\"",
)
_WORDS = (
    "diy easy ideas for your home best summer winter paper wedding craft budget cars vintage tattoo design travel guide "
    "things to do in paris europe kids art lesson quotes about life hair style christmas tree garden small kitchen"
).split()
_FIRST_NAMES = ("Ana", "Wei", "Émilie", "Michael", "Sofía", "Priya", "Søren", "Chloë", "Aaron", "Mary Ann", "李", "D'Arcy")
_LAST_NAMES = ("Smith", "Müller", "O'Neill", "García", "Tanaka", "Okafor", "van der Berg", "Alexander", "Ng", "Zhang")
_ODD_ENDINGS = (" 🎄🎁", "\u00a0…", "\n\nSecond line", " \"quoted\"", " C:\\temp", " </script>", "\ttab", " 100% & more")
_BORDERING_AGES = (17, 18, 24, 25, 35, 36, 50, 51, None)
_FIRST_POST = datetime.datetime(2017, 11, 1)
_FIRST_JOINED = datetime.datetime(2014, 10, 1)


@dataclasses.dataclass(frozen=True)
class Row:
    """Row number `number` of the three tables, each in the order of its table's columns."""
    number: int
    pin: dict
    geo: dict
    user: dict


class Origin:
    """The tables at the time of one delivery."""

    def __init__(self, seed, scale, delivery, oddities):
        self.seed = seed
        self.scale = scale
        self.delivery = delivery
        self.oddities = oddities

    def first_rows(self):
        """Returns how many rows the tables have in the first delivery."""
        return max(1, round(_ROWS_AT_SCALE_ONE * self.scale))

    def numbers(self):
        """Returns the numbers of the rows that are there, in order; the second delivery lacks some and adds others."""
        count = self.first_rows()
        if self.delivery == 1:
            return list(range(count))
        return [number for number in range(count + max(1, int(count * _ADDED))) if number % 29 != 7]

    def row(self, number):
        """Returns a row; the same number gives the same row, but for those that the second delivery has changed."""
        draw = self.chance("row", number)
        pin = self._pin(draw, number)
        geo = self._geo(draw, number)
        user = self._user(draw, number)
        if self.delivery == 2 and number % 31 == 4:
            pin["follower_count"] = "7M"
            pin["category"] = "finance"
            user["age"] = 42
        return Row(number, pin, geo, user)

    def chance(self, *what):
        """Returns a random.Random for `what` alone, so that no draw depends on what was drawn before."""
        return random.Random(f"pinterest {self.seed} {what}")

    def _pin(self, draw, number):
        category = draw.choice(_CATEGORIES)
        title = " ".join(draw.choices(_WORDS, k=draw.randint(2, 9))).capitalize()
        description = " ".join(draw.choices(_WORDS, k=draw.randint(5, 40))).capitalize() + "."
        if self.oddities and draw.random() < 0.1:
            title += draw.choice(_ODD_ENDINGS)
            description += draw.choice(_ODD_ENDINGS)
        pin = {
            "index": number,
            "unique_id": str(uuid.UUID(int=draw.getrandbits(128), version=4)),
            "title": title,
            "description": description,
            "poster_name": draw.choice(_POSTERS),
            "follower_count": _followers(draw),
            "tag_list": ",".join(" ".join(draw.sample(_WORDS, 2)).title() for _ in range(draw.randint(1, 8))),
            "is_image_or_video": "video" if draw.random() < 0.1 else "image",
            "image_src": f"https://i.pinimg.com/originals/{draw.getrandbits(96):024x}.jpg",
            "downloaded": 1,
            "save_location": f"Local save in /data/{category}",
            "category": category,
        }
        if self.oddities:
            _put_sentinels(draw, pin)
        return pin

    def _geo(self, draw, number):
        posted = _FIRST_POST + datetime.timedelta(seconds=int(5 * 365.25 * 86_400 * draw.random()))
        return {
            "ind": number,
            "timestamp": f"{posted:%Y-%m-%d %H:%M:%S}",
            "latitude": round(180 * draw.random() - 90, 4),
            "longitude": round(360 * draw.random() - 180, 3),
            "country": draw.choice(_COUNTRIES),
        }

    def _user(self, draw, number):
        joined = _FIRST_JOINED + datetime.timedelta(seconds=int(6.7 * 365.25 * 86_400 * draw.random()))
        age = int(18 + 50 * draw.random() ** 2)
        if self.oddities and draw.random() < 0.2:
            age = draw.choice(_BORDERING_AGES)
        return {
            "ind": number,
            "first_name": draw.choice(_FIRST_NAMES),
            "last_name": draw.choice(_LAST_NAMES),
            "age": age,
            "date_joined": f"{joined:%Y-%m-%d %H:%M:%S}",
        }


def _followers(draw):
    kind = draw.random()
    if kind < 0.3:
        return str(int(1_000 * draw.random() ** 2))
    return f"{1 + int(998 * draw.random() ** 3)}k" if kind < 0.9 else f"{1 + int(8 * draw.random())}M"


def _put_sentinels(draw, pin):
    """Puts in what the scraper of the origin wrote where it found nothing: for a whole story page, or in one place."""
    kind = draw.random()
    if kind < 0.06:
        pin["title"] = "No Title Data Available"
        pin["description"] = "No description available Story format"
        pin["poster_name"] = pin["follower_count"] = "User Info Error"
        pin["tag_list"] = "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e"
        pin["is_image_or_video"] = "multi-video(story page format)"
        pin["image_src"] = "Image src error."
        pin["downloaded"] = 0
    elif kind < 0.08:
        pin["image_src"] = "Image src error."
    elif kind < 0.10:
        pin["description"] = "No description available Story format"
    elif kind < 0.12:
        pin["follower_count"] = "User Info Error"
