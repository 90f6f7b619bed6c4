"""Records of links-between-papers-and-code: a repository that implements a paper. A paper may have many."""

import itertools

from . import papers, vocabulary
from .dump import new_draw

_KIND = 2
_SHAPE = (
    '{"paper_url": "%s", "paper_title": "%s", "paper_arxiv_id": %s, "paper_url_abs": "%s", "paper_url_pdf": "%s", '
    '"repo_url": "https://github.com/%s/%s-%d", "is_official": %s, "mentioned_in_paper": %s, "mentioned_in_github": %s, '
    '"framework": %s}')
_FRAMEWORKS = (
    ('"none"', 32), ('"pytorch"', 38), ('"tf"', 14), ("null", 6), ('"jax"', 3), ('"mindspore"', 2), ('"mxnet"', 1),
    ('"paddle"', 1), ('"torch"', 1), ('"caffe2"', 1), ('"jittor"', 1),
)
_NAMES = [name for name, _ in _FRAMEWORKS]
_BORDERS = list(itertools.accumulate(weight for _, weight in _FRAMEWORKS))
_UNKNOWN_PAPERS = 0.03
# Numbers of papers that no dump of any size has.
_BEYOND = 1 << 32

BAD_RECORDS = (
    '{"paper_url": null, "repo_url": "https://github.com/nobody/nothing", "is_official": false, "framework": "tf"}',
    '{"paper_url": "https://paperswithcode.com/paper/perhaps", "repo_url": "https://github.com/nobody/perhaps", "is_official": "perhaps", "framework": "tf"}',
    '{"is_official": true}',
)


def records(dump):
    """Yields the links of the dump as JSON objects."""
    draw = new_draw()
    paper_draw = new_draw()
    for number in dump.links():
        yield _record(dump, draw, paper_draw, number)


def _record(dump, draw, paper_draw, number):
    dump.reseed(draw, _KIND, number)
    paper = int(dump.first_papers() * draw.random() ** 1.6)
    if draw.random() < _UNKNOWN_PAPERS:
        paper += _BEYOND
    url, title, arxiv_id = papers.head(dump, paper_draw, paper)
    address = f"https://arxiv.org/abs/{arxiv_id[1:-1]}v1" if arxiv_id != "null" else ""
    official = draw.random() < 0.3
    framework = draw.choices(_NAMES, cum_weights=_BORDERS)[0]
    if dump.is_changed(number):
        framework = '"jax"'
    return _SHAPE % (
        url, title, arxiv_id, address, address.replace("/abs/", "/pdf/"), draw.choice(vocabulary.ROOTS),
        draw.choice(vocabulary.ROOTS), number, _boolean(official), _boolean(official or draw.random() < 0.1),
        _boolean(draw.random() < 0.5), framework)


def _boolean(value):
    return "true" if value else "false"
