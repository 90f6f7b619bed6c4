"""Records of datasets: what data there is, for which tasks and in which languages."""

import datetime
import json

from . import papers, vocabulary
from .dump import new_draw

_KIND = 3
_SITE = "https://paperswithcode.com"
_LANGUAGES = (
    "English", "Chinese", "German", "French", "Spanish", "Arabic", "Japanese", "Russian", "Hindi", "Portuguese",
    "Italian", "Turkish", "Korean", "Vietnamese", "Swahili", "Norwegian Bokmål", "Haitian Creole", "Ancient Greek",
)
_MODALITIES = ("Images", "Texts", "Videos", "Audio", "Graphs", "Point cloud", "Tabular", "Time series")
_FIRST_DAY = datetime.date(2004, 3, 1)
_DAYS = 7_700
_BAD_DATES = (None, "2099-12-31", "2101-06-15")

BAD_RECORDS = (
    '{"url": null, "name": "Nowhere", "introduced_date": "2019-01-01"}',
    '{"url": "https://paperswithcode.com/dataset/undatable", "name": "Undatable", "introduced_date": "last summer"}',
    '{"name": "Only a name"}',
)


def records(dump):
    """Yields the data sets of the dump as JSON objects."""
    draw = new_draw()
    paper_draw = new_draw()
    for number in dump.datasets():
        yield json.dumps(_record(dump, draw, paper_draw, number), ensure_ascii=False)


def _record(dump, draw, paper_draw, number):
    dump.reseed(draw, _KIND, number)
    name = "-".join(draw.choices(vocabulary.ROOTS, k=1 + int(2 * draw.random()))).upper() + f"-{number}"
    description = " ".join(draw.choices(vocabulary.ABSTRACT_WORDS, k=20 + int(60 * draw.random()))).replace("\\n", "\r\n")
    tasks = list(dict.fromkeys(vocabulary.pick(draw, vocabulary.TASKS) for _ in range(int(5 * draw.random()))))
    languages = [json.dumps(vocabulary.pick(draw, _LANGUAGES), ensure_ascii=False) for _ in range(int(4 * draw.random() ** 2.5))]
    variants = [json.dumps(f"{name} {part}") for part in ("full", "mini", "2.0", "v2")[:1 + int(3 * draw.random() ** 2)]]
    introduced = (_FIRST_DAY + datetime.timedelta(days=int(_DAYS * draw.random() ** 0.4))).isoformat()
    if dump.oddities:
        tasks = vocabulary.bend(draw, tasks)
        languages = vocabulary.bend(draw, languages)
        if draw.random() < 0.15:
            introduced = _BAD_DATES[int(len(_BAD_DATES) * draw.random() ** 3)]
    if dump.is_changed(number):
        languages.append('"English"')
    paper = papers.head(dump, paper_draw, int(dump.first_papers() * draw.random()))
    record = {
        "url": f"{_SITE}/dataset/{name.lower()}",
        "name": name,
        "full_name": name if draw.random() < 0.5 else None,
        "homepage": "" if draw.random() < 0.3 else f"https://data.example.org/{number}",
        "description": description,
        "short_description": description[:80],
        "parent_dataset": None,
        "image": None,
        "audio": None,
        "paper": {"title": paper[1], "url": paper[0]} if draw.random() < 0.8 else None,
        "mention_count": int(40 * draw.random()),
        "introduced_date": introduced,
        "license_name": draw.choice(("CC BY 4.0", "MIT", "Custom", None)),
        "license_url": None,
        "warning": None,
        "modalities": draw.sample(_MODALITIES, int(3 * draw.random())),
        "tasks": [_task(task) for task in map(json.loads, tasks)],
        "languages": [json.loads(language) for language in languages],
        "variants": [json.loads(variant) for variant in variants],
        "num_papers": int(300 * draw.random() ** 4),
        "data_loaders": [{"url": f"https://github.com/loaders/{number}", "frameworks": ["tf", "pytorch"]}] if draw.random() < 0.3 else [],
    }
    if dump.oddities and draw.random() < 0.02:
        del record["languages"]
    return record


def _task(name):
    """A task of a data set is an object, and one without a name stays an object."""
    return {"task": name, "url": None if name is None else f"{_SITE}/task/{'-'.join(name.lower().split())}"}
