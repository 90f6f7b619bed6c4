"""The lines of one hour: who does what when, in the order in which the archive wrote it down.

Which oddity an hour has follows from its number, counted from the beginning of 2015, so that a few hours show all of
them: each third hour mixes times with and without fractions of seconds, each fourth has several gzip members.
"""

import bisect
import itertools
import math

from . import payloads, prose
from .world import FIRST_HOUR

_EVENTS_AT_SCALE_ONE = 1_000
_IDS_PER_HOUR_AT_SCALE_ONE = 5_000
_IDS_PER_HOUR_AT_LEAST = 200_000
_FIRST_ID = 2_489_368_070
_DISPLACED = 0.004
_LARGEST_ID_GAP = 3

# Of 15,129 events in two hours of 1 January 2015. A person's own repository is where `own` of a type's events happen.
_TYPES = (
    ("PushEvent", 8430, 0.68, payloads.push),
    ("CreateEvent", 1542, 0.80, payloads.create),
    ("IssueCommentEvent", 1301, 0.25, payloads.issue_comment),
    ("WatchEvent", 1291, 0.10, payloads.watch),
    ("IssuesEvent", 703, 0.40, payloads.issues),
    ("PullRequestEvent", 608, 0.25, payloads.pull_request),
    ("ForkEvent", 435, 0.10, payloads.fork),
    ("DeleteEvent", 222, 0.50, payloads.delete),
    ("GollumEvent", 196, 0.60, payloads.gollum),
    ("PullRequestReviewCommentEvent", 177, 0.15, payloads.pull_request_review_comment),
    ("CommitCommentEvent", 118, 0.40, payloads.commit_comment),
    ("ReleaseEvent", 67, 0.40, payloads.release),
    ("MemberEvent", 29, 0.70, payloads.member),
    ("PublicEvent", 10, 1.00, payloads.public),
)
_BORDERS = list(itertools.accumulate(weight for _, weight, _, _ in _TYPES))
_RENAMED_RANK = 3


def lines(world, start):
    """Yields the events of the hour at `start` as NDJSON lines without line ends.

    Times lie in [start, start + 1 hour). Ids and times mostly ascend, but a few lines are out of place.
    """
    draw = world.chance("hour", start.isoformat())
    number = _number(start)
    fractions = world.oddities and number % 3 == 1
    for second, event_id in _slots(world, draw, number):
        yield _event(world, draw, second, event_id, fractions).encode()
    if world.oddities:
        yield from _rename_within_a_second(world, draw, number)


def has_several_members(world, start):
    """Tells whether the hour's file is several gzip streams one after the other."""
    return world.oddities and _number(start) % 4 == 2


def _number(start):
    return int((start - FIRST_HOUR).total_seconds()) // 3600


def _first_id(world, number):
    return _FIRST_ID + number * max(_IDS_PER_HOUR_AT_LEAST, math.ceil(_IDS_PER_HOUR_AT_SCALE_ONE * world.scale))


def _slots(world, draw, number):
    """Returns the pairs of second and id of the hour's events, in the order of the file."""
    busy = 1 + 0.35 * math.cos((number % 24 - 16) / 24 * 2 * math.pi)
    count = max(1, round(_EVENTS_AT_SCALE_ONE * world.scale * busy))
    seconds = sorted([number * 3600 + int(3600 * draw.random()) for _ in range(count)])
    gaps = [1 + int(_LARGEST_ID_GAP * draw.random()) for _ in range(count)]
    ids = list(itertools.accumulate(gaps, initial=_first_id(world, number)))
    _displace(draw, seconds)
    _displace(draw, ids)
    return list(zip(seconds, ids))


def _displace(draw, values):
    for place in range(len(values)):
        if draw.random() < _DISPLACED:
            other = min(len(values) - 1, place + 1 + int(6 * draw.random()))
            values[place], values[other] = values[other], values[place]


def _event(world, draw, second, event_id, fractions):
    kind, _, own, payload = _TYPES[bisect.bisect(_BORDERS, int(_BORDERS[-1] * draw.random()))]
    actor = world.draw_person(draw)
    repository = world.draw_own_repository(draw, actor) if draw.random() < own else world.draw_shared_repository(draw)
    scene = payloads.Scene(world, draw, second, payloads.time_text(second), actor, repository)
    created_at = scene.created_at
    if fractions and draw.random() < 0.5:
        created_at = _with_fraction(draw, created_at)
    return _line(scene, event_id, kind, payload(scene), created_at, actor.login_at(second))


def _with_fraction(draw, created_at):
    """Returns the time with one, three or six digits of a second behind the point."""
    digits = f"{int(1_000_000 * draw.random()):06d}"[:(1, 3, 3, 6)[int(4 * draw.random())]]
    return f"{created_at[:-1]}.{digits}Z"


def _line(scene, event_id, kind, payload, created_at, login):
    owner = scene.repository.owner
    organization = ""
    if owner.kind == "Organization":
        organization = ',"org":' + _short_account(owner.id, owner.login_at(scene.second), "orgs")
    actor = _short_account(scene.actor.id, login, "users")
    full_name = scene.full_name()
    extra = ""
    if scene.world.oddities:
        actor = _with_display_login(scene, actor, login)
        extra = _extra_fields(scene)
    return (
        f'{{"id":"{event_id}","type":"{kind}","actor":{actor},"repo":{{"id":{scene.repository.id},"name":"{full_name}",'
        f'"url":"https://api.github.com/repos/{full_name}"}},"payload":{payload},"public":true,'
        f'"created_at":"{created_at}"{organization}{extra}}}')


def _short_account(account_id, login, folder):
    return (f'{{"id":{account_id},"login":"{login}","gravatar_id":"","url":"https://api.github.com/{folder}/{login}",'
            f'"avatar_url":"https://avatars.githubusercontent.com/u/{account_id}?"}}')


def _with_display_login(scene, actor, login):
    """Later years added this field; the contract of the example drops it."""
    return f'{actor[:-1]},"display_login":"{login}"}}' if scene.chance(0.01) else actor


def _extra_fields(scene):
    kind = scene.draw.random()
    if kind < 0.005:
        note = prose.quoted(prose.plain_words(scene.draw, 1, 4) + " ✓", scene.draw)
        return ',"other":' + scene.pick(('{"note":%s,"weights":[0.5,1e3,-0]}', "[%s,null,{}]", "%s")) % note
    return ',"visibility":{"level":"everyone","until":null}' if kind < 0.015 else ""


def _rename_within_a_second(world, draw, number):
    """Yields two events of one person in the hour's last second; the one of the higher id has the name that stays."""
    second = number * 3600 + 3599
    person = world.person(_RENAMED_RANK)
    repository = world.draw_shared_repository(draw)
    scene = payloads.Scene(world, draw, second, payloads.time_text(second), person, repository)
    first_id = _first_id(world, number + 1) - 10
    names = (person.login_at(second), person.next_login_after(second))
    for event_id, login in zip((first_id + 1, first_id), names):
        yield _line(scene, event_id, "WatchEvent", payloads.watch(scene), scene.created_at, login).encode()
