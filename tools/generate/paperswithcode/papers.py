"""Records of papers-with-abstracts: about 3.6 kB each, most of it the abstract and what is told about methods."""

import datetime

from . import vocabulary
from .dump import new_draw

_KIND = 1
_SITE = "https://paperswithcode.com/paper/"
_SHAPE = (
    '{"paper_url": "%s", "arxiv_id": %s, "nips_id": null, "openreview_id": null, "title": "%s", "abstract": "%s", '
    '"short_abstract": null, "url_abs": "%s", "url_pdf": "%s", "proceeding": %s, "authors": [%s], "tasks": [%s]%s, '
    '"conference_url_abs": %s, "conference_url_pdf": %s, "conference": %s, "reproduces_paper": null, "methods": [%s]}')
_PROCEEDINGS = (
    "NeurIPS", "CVPR", "ICLR", "ICML", "ACL", "EMNLP", "ECCV", "ICCV", "NAACL", "COLING", "LREC", "IJCNLP", "WS",
    "EACL", "IEEE Robotics and Automation Letters", "MICCAI Workshop", "CoNLL",
)
_ODD_PROCEEDINGS = (
    '"2019 12"', '""', '"3DV 2018 9 "', '"Journées d\'été 2021 6"', '"ICLR2020 4"', '"  NeurIPS  2018 12"',
    '"SemEval (NAACL) 2022 7"',
)
_FIRST_DAY = datetime.date(1998, 1, 5).toordinal()
_LAST_DAY = datetime.date(2025, 6, 30).toordinal()
_DAYS = [f"{datetime.date.fromordinal(day):%Y-%m-%d}" for day in range(_FIRST_DAY, _LAST_DAY + 1)]
_NO_DATES = ("", ', "date": null', ', "date": "2099-01-01"', ', "date": "2120-02-29"')

BAD_RECORDS = (
    '{"paper_url": null, "title": "A paper without an address", "tasks": [], "date": "2019-05-01"}',
    '{"paper_url": "https://paperswithcode.com/paper/undatable", "title": "Undatable", "date": "the day before yesterday"}',
    '{"title": "Nothing but a title"}',
    '{"paper_url": "https://paperswithcode.com/paper/no-list", "tasks": {"task": "Denoising"}, "date": "2019-05-01"}',
    '{"paper_url": ["https://paperswithcode.com/paper/listed"], "tasks": [], "date": "2019-05-01"}',
)


def records(dump):
    """Yields the papers of the dump as JSON objects; now and then one stands twice, as in dumps put together by hand."""
    draw = new_draw()
    for number in dump.papers():
        record = _record(dump, draw, number)
        yield record
        if dump.oddities and number % 211 == 17:
            yield record


def head(dump, draw, number):
    """Returns address, title and arXiv id (a JSON value) of a paper; `draw` then goes on to the rest of its record."""
    dump.reseed(draw, _KIND, number)
    title = " ".join(draw.choices(vocabulary.TITLE_WORDS, k=4 + int(7 * draw.random())))
    slug = title.lower().replace(" ", "-").replace(":", "")
    return f"{_SITE}{slug}-{number}", title, _arxiv_id(dump, draw)


def _record(dump, draw, number):
    url, title, arxiv_id = head(dump, draw, number)
    day = int(len(_DAYS) * draw.random() ** 0.35)
    abstract = " ".join(draw.choices(vocabulary.ABSTRACT_WORDS, k=70 + int(210 * draw.random())))
    authors = draw.choices(vocabulary.AUTHORS, k=1 + int(7 * draw.random() ** 1.5))
    tasks = [vocabulary.pick(draw, vocabulary.TASKS) for _ in range(int(5 * draw.random()))]
    methods = [vocabulary.pick(draw, vocabulary.METHODS) for _ in range(int(5 * draw.random() ** 2))]
    proceeding, conference = _proceeding(dump, draw, _DAYS[day])
    date = f', "date": "{_DAYS[day]}"'
    if dump.oddities:
        tasks = vocabulary.bend(draw, tasks)
        authors = vocabulary.bend(draw, authors)
        if draw.random() < 0.012:
            date = _NO_DATES[int(len(_NO_DATES) * draw.random())]
        if draw.random() < 0.02:
            abstract += vocabulary.odd_text(draw)
    if dump.is_changed(number):
        tasks = [*tasks, '"Continual Learning"']
        proceeding = '"ICML 2025 7"'
    address = f"http://arxiv.org/abs/{arxiv_id[1:-1]}v1" if arxiv_id != "null" else f"https://openreview.net/pdf?id={number:x}"
    return _SHAPE % (
        url, arxiv_id, title, abstract, address, address.replace("/abs/", "/pdf/"), proceeding, ", ".join(authors),
        ", ".join(tasks), date, *conference, ", ".join(methods))


def _arxiv_id(dump, draw):
    kind = draw.random()
    if dump.oddities and kind < 0.03:
        return f'"{("quant-ph", "cs", "math", "cond-mat")[int(4 * draw.random())]}/{int(10**6 * draw.random()):07d}"'
    return "null" if kind < 0.2 else f'"{7 + int(18 * draw.random()):02d}{1 + int(12 * draw.random()):02d}.{int(10**5 * draw.random()):05d}"'


def _proceeding(dump, draw, day):
    """Returns the proceeding and the three fields about a conference, all as JSON values."""
    kind = draw.random()
    nothing = ("null", "null", "null")
    if kind > 0.42:
        return "null", nothing
    if dump.oddities and kind < 0.01:
        return _ODD_PROCEEDINGS[int(len(_ODD_PROCEEDINGS) * draw.random())], nothing
    name = vocabulary.pick(draw, _PROCEEDINGS)
    if kind < 0.06:
        return f'"{name}"', nothing
    address = f'"http://proceedings.example.org/{name.split()[0].lower()}/{day[:4]}/paper-{int(10**4 * draw.random())}'
    return f'"{name} {day[:4]} {int(day[5:7])}"', (address + '"', address + '.pdf"', f'"{name.split()[0].lower()}-{day[:4]}"')
