"""The payload of each of the fourteen event types, in the shapes that GitHub gave them in 2015.

A shape is written once as a Python object and turned into a %-format when this module loads: filling in a format is
what makes some ten thousand events a second possible. In a shape, '=name' stands for a JSON fragment and '%(name)s'
inside a string for text that needs no escape (logins, names, hashes, times).
"""

import dataclasses
import datetime
import json
import random
import re

from . import prose
from .world import FIRST_HOUR, Account, Repository, World

_API = "https://api.github.com"
_COMMITS_LISTED = 20
_PUSH_SIZE_LIMIT = 1000
_LONG_TEXT_CHANCE = 0.003


@dataclasses.dataclass
class Scene:
    """One event while it is being made. `second` counts from the beginning of 2015; `created_at` has no fraction."""
    world: World
    draw: random.Random
    second: int
    created_at: str
    actor: Account
    repository: Repository

    def integer(self, least, most):
        return least + int((most - least + 1) * self.draw.random())

    def chance(self, probability):
        return self.draw.random() < probability

    def pick(self, options):
        return options[int(len(options) * self.draw.random())]

    def hash(self):
        return f"{self.draw.getrandbits(160):040x}"

    def line(self):
        return prose.line(self.draw, self.world.oddities)

    def comment(self, size):
        """Returns a text of about `size` characters and now and then of up to 45,000."""
        if self.world.oddities and self.chance(_LONG_TEXT_CHANCE):
            size = self.integer(20_000, 45_000)
        return prose.comment(self.draw, self.world.oddities, size)

    def full_name(self):
        return full_name(self.repository, self.second)

    def earlier(self, days):
        """Returns a time up to `days` before the event, as JSON text without quotes."""
        return time_text(self.second - self.integer(1, days * 86_400))


def time_text(second):
    """Returns a second, counted from the beginning of 2015, as 2015-01-01T00:00:00Z."""
    return f"{FIRST_HOUR + datetime.timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}"


def full_name(repository, second):
    """Returns `owner/name` as it is spelled at `second`."""
    return f"{repository.owner.login_at(second)}/{repository.name_at(second)}"


def _template(shape):
    return re.sub(r'"=(\w+)"', r"%(\1)s", json.dumps(shape, separators=(",", ":")))


_USER = _template({
    "login": "%(login)s", "id": "=id", "avatar_url": "https://avatars.githubusercontent.com/u/%(id)s?v=3",
    "gravatar_id": "", "url": "%(api)s", "html_url": "https://github.com/%(login)s",
    "followers_url": "%(api)s/followers", "following_url": "%(api)s/following{/other_user}",
    "gists_url": "%(api)s/gists{/gist_id}", "starred_url": "%(api)s/starred{/owner}{/repo}",
    "subscriptions_url": "%(api)s/subscriptions", "organizations_url": "%(api)s/orgs", "repos_url": "%(api)s/repos",
    "events_url": "%(api)s/events{/privacy}", "received_events_url": "%(api)s/received_events",
    "type": "%(kind)s", "site_admin": False})

_REPOSITORY_LINKS = {
    "forks": "/forks", "keys": "/keys{/key_id}", "collaborators": "/collaborators{/collaborator}", "teams": "/teams",
    "hooks": "/hooks", "issue_events": "/issues/events{/number}", "events": "/events", "assignees": "/assignees{/user}",
    "branches": "/branches{/branch}", "tags": "/tags", "blobs": "/git/blobs{/sha}", "git_tags": "/git/tags{/sha}",
    "git_refs": "/git/refs{/sha}", "trees": "/git/trees{/sha}", "statuses": "/statuses/{sha}",
    "languages": "/languages", "stargazers": "/stargazers", "contributors": "/contributors",
    "subscribers": "/subscribers", "subscription": "/subscription", "commits": "/commits{/sha}",
    "git_commits": "/git/commits{/sha}", "comments": "/comments{/number}", "issue_comment": "/issues/comments/{number}",
    "contents": "/contents/{+path}", "compare": "/compare/{base}...{head}", "merges": "/merges",
    "archive": "/{archive_format}{/ref}", "downloads": "/downloads", "issues": "/issues{/number}",
    "pulls": "/pulls{/number}", "milestones": "/milestones{/number}",
    "notifications": "/notifications{?since,all,participating}", "labels": "/labels{/name}",
    "releases": "/releases{/id}"}

_REPOSITORY = _template({
    "id": "=id", "name": "%(name)s", "full_name": "%(full_name)s", "owner": "=owner", "private": False,
    "html_url": "https://github.com/%(full_name)s", "description": "=description", "fork": "=fork", "url": "%(api)s",
    **{f"{name}_url": f"%(api)s{path}" for name, path in _REPOSITORY_LINKS.items()},
    "created_at": "%(created_at)s", "updated_at": "%(updated_at)s", "pushed_at": "%(updated_at)s",
    "git_url": "git://github.com/%(full_name)s.git", "ssh_url": "git@github.com:%(full_name)s.git",
    "clone_url": "https://github.com/%(full_name)s.git", "svn_url": "https://github.com/%(full_name)s",
    "homepage": None, "size": "=size", "stargazers_count": "=stars", "watchers_count": "=stars",
    "language": "=language", "has_issues": True, "has_downloads": True, "has_wiki": True, "has_pages": False,
    "forks_count": "=forks",
    "mirror_url": None, "open_issues_count": "=issues", "forks": "=forks", "open_issues": "=issues",
    "watchers": "=stars", "default_branch": "master"})

_COMMIT = _template({
    "sha": "%(sha)s", "author": {"email": "%(login)s@example.org", "name": "%(login)s"}, "message": "=message",
    "distinct": "=distinct", "url": "%(api)s/commits/%(sha)s"})
_PUSH = _template({
    "push_id": "=push_id", "size": "=size", "distinct_size": "=distinct_size", "ref": "refs/heads/%(branch)s",
    "head": "%(head)s", "before": "%(before)s", "commits": "=commits"})
_CREATE = _template({
    "ref": "=ref", "ref_type": "%(ref_type)s", "master_branch": "master", "description": "=description",
    "pusher_type": "user"})
_DELETE = _template({"ref": "=ref", "ref_type": "%(ref_type)s", "pusher_type": "user"})
_LABEL = _template({"url": "%(api)s/labels/%(name)s", "name": "%(name)s", "color": "%(color)s"})
_MILESTONE = _template({
    "url": "%(api)s/milestones/%(number)s", "labels_url": "%(api)s/milestones/%(number)s/labels", "id": "=id",
    "number": "=number", "title": "%(number)s.0", "description": None, "creator": "=user",
    "open_issues": "=open_issues", "closed_issues": "=closed_issues", "state": "open",
    "created_at": "%(opened_at)s", "updated_at": "%(created_at)s", "due_on": None, "closed_at": None})
_ISSUE = _template({
    "url": "%(api)s/issues/%(number)s", "labels_url": "%(api)s/issues/%(number)s/labels{/name}",
    "comments_url": "%(api)s/issues/%(number)s/comments", "events_url": "%(api)s/issues/%(number)s/events",
    "html_url": "https://github.com/%(full_name)s/issues/%(number)s", "id": "=id", "number": "=number",
    "title": "=title", "user": "=user", "labels": "=labels", "state": "%(state)s", "locked": False,
    "assignee": "=assignee", "milestone": "=milestone", "comments": "=comments", "created_at": "%(opened_at)s",
    "updated_at": "%(created_at)s", "closed_at": "=closed_at", "body": "=body"})
_ISSUE_COMMENT = _template({
    "url": "%(api)s/issues/comments/%(id)s",
    "html_url": "https://github.com/%(full_name)s/issues/%(number)s#issuecomment-%(id)s",
    "issue_url": "%(api)s/issues/%(number)s", "id": "=id", "user": "=user", "created_at": "%(created_at)s",
    "updated_at": "%(created_at)s", "body": "=body"})
_COMMIT_COMMENT = _template({"comment": {
    "url": "%(api)s/comments/%(id)s",
    "html_url": "https://github.com/%(full_name)s/commit/%(sha)s#commitcomment-%(id)s", "id": "=id", "user": "=user",
    "position": "=position", "line": "=position", "path": "=path", "commit_id": "%(sha)s",
    "created_at": "%(created_at)s", "updated_at": "%(created_at)s", "body": "=body"}})
_BRANCH = _template({
    "label": "%(login)s:%(branch)s", "ref": "%(branch)s", "sha": "%(sha)s", "user": "=user", "repo": "=repository"})
_PULL_REQUEST_LINKS = {
    "self": "/pulls/%(number)s", "issue": "/issues/%(number)s", "comments": "/issues/%(number)s/comments",
    "review_comments": "/pulls/%(number)s/comments", "review_comment": "/pulls/comments/{number}",
    "commits": "/pulls/%(number)s/commits", "statuses": "/statuses/%(sha)s"}
_PULL_REQUEST_SHAPE = {
    "url": "%(api)s/pulls/%(number)s", "id": "=id", "html_url": "https://github.com/%(full_name)s/pull/%(number)s",
    "diff_url": "https://github.com/%(full_name)s/pull/%(number)s.diff",
    "patch_url": "https://github.com/%(full_name)s/pull/%(number)s.patch", "issue_url": "%(api)s/issues/%(number)s",
    "number": "=number", "state": "%(state)s", "locked": False, "title": "=title", "user": "=user", "body": "=body",
    "created_at": "%(opened_at)s", "updated_at": "%(created_at)s", "closed_at": "=closed_at", "merged_at": "=merged_at",
    "merge_commit_sha": "%(merge)s", "assignee": None, "milestone": None,
    "commits_url": "%(api)s/pulls/%(number)s/commits", "review_comments_url": "%(api)s/pulls/%(number)s/comments",
    "review_comment_url": "%(api)s/pulls/comments/{number}",
    "comments_url": "%(api)s/issues/%(number)s/comments", "statuses_url": "%(api)s/statuses/%(sha)s",
    "head": "=head", "base": "=base",
    "_links": {name: {"href": f"%(api)s{path}"} for name, path in _PULL_REQUEST_LINKS.items()}}
_PULL_REQUEST = _template(_PULL_REQUEST_SHAPE)
_PULL_REQUEST_EVENT = _template({
    "action": "%(action)s", "number": "=number", "pull_request": {
        **_PULL_REQUEST_SHAPE, "merged": "=merged", "mergeable": None, "mergeable_state": "unknown",
        "merged_by": "=merged_by", "comments": "=comments", "review_comments": "=comments", "commits": "=commits",
        "additions": "=additions", "deletions": "=deletions", "changed_files": "=changed_files"}})
_REVIEW_COMMENT = _template({
    "url": "%(api)s/pulls/comments/%(id)s", "id": "=id", "diff_hunk": "=patch", "path": "%(path)s",
    "position": "=position", "original_position": "=position", "commit_id": "%(sha)s", "original_commit_id": "%(sha)s",
    "user": "=user", "body": "=body", "created_at": "%(created_at)s", "updated_at": "%(created_at)s",
    "html_url": "https://github.com/%(full_name)s/pull/%(number)s#discussion_r%(id)s",
    "pull_request_url": "%(api)s/pulls/%(number)s",
    "_links": {
        "self": {"href": "%(api)s/pulls/comments/%(id)s"}, "pull_request": {"href": "%(api)s/pulls/%(number)s"}}})
_WIKI_PAGE = _template({
    "page_name": "%(name)s", "title": "%(name)s", "summary": None, "action": "%(action)s", "sha": "%(sha)s",
    "html_url": "https://github.com/%(full_name)s/wiki/%(name)s"})
_RELEASE = _template({"action": "published", "release": {
    "url": "%(api)s/releases/%(id)s", "assets_url": "%(api)s/releases/%(id)s/assets",
    "upload_url": "https://uploads.github.com/repos/%(full_name)s/releases/%(id)s/assets{?name}",
    "html_url": "https://github.com/%(full_name)s/releases/tag/%(tag)s", "id": "=id", "tag_name": "%(tag)s",
    "target_commitish": "master", "name": "=title", "draft": False, "author": "=user", "prerelease": "=prerelease",
    "created_at": "%(opened_at)s", "published_at": "%(created_at)s", "assets": [],
    "tarball_url": "%(api)s/tarball/%(tag)s", "zipball_url": "%(api)s/zipball/%(tag)s", "body": "=body"}})


def push(scene):
    """A push lists at most 20 commits; `size` counts up to 1,000 of them, `distinct_size` any number."""
    size = _push_size(scene)
    distinct_size = _distinct_size(scene, size)
    login = scene.actor.login_at(scene.second)
    api = _repository_api(scene)
    commits = [
        _COMMIT % {"sha": scene.hash(), "login": login, "api": api, "distinct": _boolean(place < distinct_size),
                   "message": prose.commit_message(scene.draw, scene.world.oddities)}
        for place in range(min(size, _COMMITS_LISTED))]
    return _PUSH % {
        "push_id": 536_000_000 + scene.integer(0, 90_000_000), "size": size, "distinct_size": distinct_size,
        "branch": scene.pick(("master", "master", "master", "develop", "gh-pages", "feature/search")),
        "head": scene.hash(), "before": scene.hash(), "commits": f"[{','.join(commits)}]"}


def create(scene):
    kind = scene.pick(("branch",) * 5 + ("repository",) * 4 + ("tag",))
    ref = {"branch": '"feature-%d"', "tag": '"v1.%d"', "repository": "null"}[kind]
    return _CREATE % {
        "ref": ref % scene.integer(1, 90) if kind != "repository" else ref, "ref_type": kind,
        "description": _description(scene)}


def delete(scene):
    kind, ref = scene.pick((("branch", '"feature-%d"'),) * 9 + (("tag", '"v1.%d"'),))
    return _DELETE % {"ref": ref % scene.integer(1, 90), "ref_type": kind}


def watch(scene):
    return '{"action":"started"}'


def public(scene):
    return "{}"


def fork(scene):
    return '{"forkee":%s}' % _repository(scene, scene.repository, scene.actor)


def member(scene):
    return '{"member":%s,"action":"added"}' % _user(scene.world.draw_person(scene.draw), scene.second)


def gollum(scene):
    full_name_now = scene.full_name()
    pages = [
        _WIKI_PAGE % {"name": f"Page-{scene.integer(1, 60)}", "action": scene.pick(("created", "edited", "edited")),
                      "sha": scene.hash(), "full_name": full_name_now}
        for _ in range(scene.pick((1, 1, 1, 1, 2, 5)))]
    return '{"pages":[%s]}' % ",".join(pages)


def release(scene):
    return _RELEASE % {
        "api": _repository_api(scene), "full_name": scene.full_name(), "id": scene.integer(800_000, 990_000),
        "tag": f"v{scene.integer(0, 4)}.{scene.integer(0, 30)}", "title": scene.line(),
        "user": _user(scene.actor, scene.second), "prerelease": _boolean(scene.chance(0.1)),
        "opened_at": scene.earlier(2), "created_at": scene.created_at, "body": scene.comment(900)}


def issues(scene):
    action = scene.pick(("opened",) * 7 + ("closed",) * 4 + ("reopened",))
    return '{"action":"%s","issue":%s}' % (action, _issue(scene, scene.integer(1, 2_000), action))


def issue_comment(scene):
    number = scene.integer(1, 2_000)
    comment = _ISSUE_COMMENT % {
        "api": _repository_api(scene), "full_name": scene.full_name(), "number": number,
        "id": scene.integer(68_000_000, 90_000_000), "user": _user(scene.actor, scene.second),
        "created_at": scene.created_at, "body": scene.comment(scene.pick((20, 80, 200, 600)))}
    return '{"action":"created","issue":%s,"comment":%s}' % (_issue(scene, number, "opened"), comment)


def commit_comment(scene):
    on_file = scene.chance(0.5)
    return _COMMIT_COMMENT % {
        "api": _repository_api(scene), "full_name": scene.full_name(), "sha": scene.hash(),
        "id": scene.integer(9_000_000, 9_900_000), "user": _user(scene.actor, scene.second),
        "position": scene.integer(1, 90) if on_file else "null", "path": '"src/main.c"' if on_file else '""',
        "created_at": scene.created_at, "body": scene.comment(scene.pick((30, 120, 400)))}


def pull_request(scene):
    action = scene.pick(("opened",) * 5 + ("closed",) * 4 + ("reopened",))
    merged = action == "closed" and scene.chance(0.7)
    values = _pull_request_values(scene, action, merged)
    return _PULL_REQUEST_EVENT % {
        **values, "action": action, "merged": _boolean(merged), "merged_by": values["user"] if merged else "null",
        "comments": scene.integer(0, 9), "commits": scene.integer(1, 12), "additions": scene.integer(0, 2_000),
        "deletions": scene.integer(0, 900), "changed_files": scene.integer(1, 40)}


def pull_request_review_comment(scene):
    values = _pull_request_values(scene, "opened", False)
    comment = _REVIEW_COMMENT % {
        **values, "id": scene.integer(22_000_000, 30_000_000),
        "patch": prose.patch(scene.draw, scene.pick((200, 700, 2_500))),
        "path": "src/main.c", "position": scene.integer(1, 60) if scene.chance(0.8) else "null",
        "user": _user(scene.actor, scene.second), "body": scene.comment(scene.pick((20, 90, 300)))}
    return '{"action":"created","comment":%s,"pull_request":%s}' % (comment, _PULL_REQUEST % values)


def _push_size(scene):
    kind = scene.draw.random()
    if kind < 0.80:
        return 1
    if kind < 0.89:
        return 2
    if kind < 0.978:
        return scene.integer(3, 20)
    if kind < 0.985:
        return 0
    if kind < 0.998:
        return 21 + int(930 * scene.draw.random() ** 6)
    return _PUSH_SIZE_LIMIT


def _distinct_size(scene, size):
    """Returns how many of the commits are new, which is not held to the limit that `size` is held to."""
    if size == _PUSH_SIZE_LIMIT and scene.chance(0.3):
        return scene.integer(_PUSH_SIZE_LIMIT, 10_000)
    return size if scene.chance(0.9) else scene.integer(0, size)


def _pull_request_values(scene, action, merged):
    base_login = scene.repository.owner.login_at(scene.second)
    author = scene.world.draw_person(scene.draw)
    login = author.login_at(scene.second)
    sha = scene.hash()
    # A head whose repository was deleted is a pull request with a null in its middle.
    head_repository = "null" if scene.chance(0.02) else _repository(scene, scene.repository, author)
    closed_at = f'"{scene.created_at}"' if action == "closed" else "null"
    head = _BRANCH % {"login": login, "branch": "patch-1", "sha": sha, "user": _user(author, scene.second),
                      "repository": head_repository}
    base = _BRANCH % {"login": base_login, "branch": "master", "sha": scene.hash(),
                      "user": _user(scene.repository.owner, scene.second),
                      "repository": _repository(scene, scene.repository, scene.repository.owner)}
    return {
        "api": _repository_api(scene), "full_name": scene.full_name(), "number": scene.integer(1, 2_000), "sha": sha,
        "id": scene.integer(26_000_000, 40_000_000), "state": "closed" if action == "closed" else "open",
        "title": scene.line(), "user": _user(author, scene.second), "body": scene.comment(scene.pick((0, 90, 700))),
        "opened_at": scene.created_at if action == "opened" else scene.earlier(30), "created_at": scene.created_at,
        "closed_at": closed_at, "merged_at": closed_at if merged else "null", "merge": scene.hash(),
        "head": head, "base": base}


def _issue(scene, number, action):
    api = _repository_api(scene)
    labels = [_LABEL % {"api": api, "name": name, "color": "fc2929"}
              for name in ("bug", "enhancement", "question") if scene.chance(0.15)]
    user = _user(scene.world.draw_person(scene.draw), scene.second)
    opened_at = scene.created_at if action == "opened" else scene.earlier(60)
    milestone = "null"
    if scene.chance(0.08):
        milestone = _MILESTONE % {
            "api": api, "number": scene.integer(1, 9), "id": scene.integer(900_000, 990_000), "user": user,
            "open_issues": scene.integer(0, 30), "closed_issues": scene.integer(0, 90), "opened_at": opened_at,
            "created_at": scene.created_at}
    return _ISSUE % {
        "api": api, "full_name": scene.full_name(), "number": number, "id": scene.integer(50_000_000, 60_000_000),
        "title": scene.line(), "user": user, "labels": f"[{','.join(labels)}]",
        "state": "closed" if action == "closed" else "open", "assignee": user if scene.chance(0.2) else "null",
        "milestone": milestone, "comments": scene.integer(0, 20), "opened_at": opened_at,
        "created_at": scene.created_at, "closed_at": f'"{scene.created_at}"' if action == "closed" else "null",
        "body": "null" if scene.chance(0.05) else scene.comment(scene.pick((40, 200, 800, 1_500)))}


def _repository(scene, repository, owner):
    """Returns the long form of `repository`, or of its fork when `owner` is not its owner."""
    login = owner.login_at(scene.second)
    name = repository.name_at(scene.second)
    is_fork = owner is not repository.owner
    return _REPOSITORY % {
        "id": scene.integer(28_000_000, 28_999_999) if is_fork else repository.id, "name": name,
        "full_name": f"{login}/{name}", "owner": _user(owner, scene.second), "description": _description(scene),
        "fork": _boolean(is_fork or repository.is_fork), "api": f"{_API}/repos/{login}/{name}",
        "created_at": scene.earlier(900), "updated_at": scene.created_at, "size": scene.integer(0, 90_000),
        "stars": 0 if is_fork else scene.integer(0, 4_000), "forks": 0 if is_fork else scene.integer(0, 300),
        "issues": scene.integer(0, 60), "language": repository.language}


def _user(account, second):
    login = account.login_at(second)
    return _USER % {"login": login, "id": account.id, "kind": account.kind, "api": f"{_API}/users/{login}"}


def _description(scene):
    kind = scene.draw.random()
    return "null" if kind < 0.05 else '""' if kind < 0.3 else scene.line()


def _repository_api(scene):
    return f"{_API}/repos/{scene.full_name()}"


def _boolean(value):
    return "true" if value else "false"
