"""Words, names, tasks and methods, made once: records only choose among them, so that a gigabyte takes a minute.

All of it is JSON text already: TASKS, AUTHORS and METHODS are whole values, and the words have their escapes.
"""

import json
import random

_PLAIN = (
    "the of and a to in we for is that on with this by as are from our can an which be it at model models learning data "
    "network networks training method methods approach results performance propose show based using task tasks neural "
    "deep image language features information problem algorithm state-of-the-art accuracy representation framework "
    "existing different new large proposed learned samples dataset datasets loss domain graph attention structure "
    "classification detection prediction generation optimization inference estimation evaluation however while such both "
    "between more than each also two these their without not only over high low between through under demonstrate"
).split()
ROOTS = (
    "kernel lattice prior spectrum tensor manifold entropy gradient anchor token frame signal contour voxel sparse latent "
    "convex causal modal temporal spatial fractal quantum sonic lexical photon neuron agent policy reward cluster pixel "
    "mesh depth motion speech dialog corpus parse query index cache stream filter wavelet codec patch mask prompt"
).split()
_PREFIXES = ("", "re", "de", "pre", "multi", "non-", "sub", "inter", "hyper", "semi-", "auto", "cross-", "meta-", "co")
_SUFFIXES = ("", "s", "ing", "al", "ed", "ization", "-based", "-aware", "ity", "wise", "-level", "-free", "er")
_ENDINGS = (".", ". We", ".\\nThis", ",", ", e.g.,", "\\n", "\\nand", '\\"', " $O(n^2)$")

# A word is drawn as often as it stands here: the plain ones make up about half of a text, as in real abstracts.
_PLAIN_WEIGHT = 80
ABSTRACT_WORDS = (
    _PLAIN * _PLAIN_WEIGHT
    + [prefix + root + suffix for prefix in _PREFIXES for root in ROOTS for suffix in _SUFFIXES]
    + [word + ending for word in _PLAIN[40:] for ending in _ENDINGS])
TITLE_WORDS = [word.capitalize() for word in ROOTS] + "Deep Learning for with Neural of Towards via and Efficient".split()

TASKS = [json.dumps(name) for name in (
    "Image Classification", "Object Detection", "Semantic Segmentation", "Language Modelling", "Question Answering",
    "Machine Translation", "Sentiment Analysis", "Text Generation", "Reinforcement Learning (RL)", "Image Generation",
    "Open-Ended Question Answering", "Named Entity Recognition (NER)", "Speech Recognition", "Domain Adaptation",
    "Self-Supervised Learning", "Transfer Learning", "Representation Learning", "Anomaly Detection", "Denoising",
    "Pose Estimation", "Depth Estimation", "Image Retrieval", "Text Classification", "Natural Language Inference",
    "Graph Classification", "Link Prediction", "Node Classification", "Recommendation Systems", "Action Recognition",
    "Face Recognition", "3D Object Detection", "Visual Question Answering (VQA)", "Image Captioning", "Decoder",
    "Federated Learning", "Meta-Learning", "Few-Shot Learning", "Continual Learning", "Time Series Forecasting",
    "Autonomous Driving", "Super-Resolution", "Style Transfer", "Optical Flow Estimation", "Code Generation",
    "Relation Extraction", "Summarization", "Dialogue Generation", "Fairness", "Bayesian Inference", "model",
)]
_FIRST_NAMES = (
    "Ana", "Wei", "Łukasz", "Émilie", "Jürgen", "Sofía", "Yuki", "Oluwaseun", "Priya", "Søren", "Mehmet", "Chloë", "Ivan",
    "Nguyen", "J.", "Li", "Fatima", "Åsa", "Marie-Claire", "DeShawn", "Zoë", "Igor", "Hana", "Tomás", "Ngozi", "Bo",
)
_LAST_NAMES = (
    "Kowalski", "Zhang", "O'Neill", "Müller", "García Márquez", "Tanaka", "Okafor", "Sharma", "Ødegård", "Yılmaz",
    "van der Berg", "McDonald", "Dvořák", "Kim", "Ng", "d'Alembert", "Özdemir", "Smith", "李", "Иванов", "Papadopoulos",
)
# One of three names is written with \\u escapes, which is what Python's json writes when nothing is said.
AUTHORS = [
    json.dumps(f"{first} {last}", ensure_ascii=(place % 3 == 0))
    for place, (first, last) in enumerate((first, last) for first in _FIRST_NAMES for last in _LAST_NAMES)]
_ODD_TEXTS = (
    "\\r\\nCode: <https://example.org/?a=1&b=2>", " 你好，世界", " \\ud83d\\ude80 🚀", "\\tC:\\\\temp \\/ home",
    " caf\\u00e9 \\u2028", ' {\\"not\\": [\\"json\\"]}', "</script>", " " + "very long " * 3_000,
)


def _method(place):
    words = random.Random(place)
    name = "".join(word.capitalize() for word in words.sample(ROOTS, 2))
    return json.dumps({
        "name": name,
        "full_name": f"{name} Transform",
        "description": f"**{name}** is a method.\r\n\r\n{' '.join(words.choices(_PLAIN, k=words.randint(5, 90)))}",
        "introduced_year": 2000 + place % 25,
        "source_url": f"http://arxiv.org/abs/{1000 + place}.{place:05d}v1",
        "source_title": " ".join(words.choices(_PLAIN, k=7)),
        "code_snippet_url": words.choice((None, "", "https://github.com/method/snippet")),
        "main_collection": words.choice((None, {
            "name": "Language Models", "description": "**Language Models** predict the next word.\r\n\r\n",
            "parent": None, "area": "Natural Language Processing"})),
    })


METHODS = [_method(place) for place in range(120)]


def pick(draw, options):
    """Returns one of `options`, the first ones more often."""
    return options[int(len(options) * draw.random() ** 2)]


def bend(draw, values):
    """Returns a list of JSON texts with what hands and scrapers do to it: cases, spaces, repetitions, gaps."""
    if not values or draw.random() > 0.15:
        return values
    kind = int(6 * draw.random())
    first, rest = values[0], values[1:]
    if kind == 0:
        return [first.upper().replace("\\U", "\\u"), *rest]
    if kind == 1:
        return [*values, first.lower()]
    if kind == 2:
        return [first.replace(" ", "  ", 1), *values]
    if kind == 3:
        return [f'" {first[1:-1]} "', *rest]
    return [*values, "null"] if kind == 4 else [*rest, '""', first.replace(" ", "\\t", 1)]


def odd_text(draw):
    """Returns JSON text of characters that readers stumble over, at times a long one."""
    return _ODD_TEXTS[int(len(_ODD_TEXTS) * draw.random())]
