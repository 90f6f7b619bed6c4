/* tidemill
name: mart.top_contributors
description: The hundred people and robots with most events over all that is in the lake.
strategy: table
columns:
  - {name: rank, description: "1 for most events; the lower id first where they are equal", checks: [not_null, unique, {min: 1}, {max: 100}]}
  - {name: actor_id, description: GitHub's user id, checks: [not_null, unique]}
  - {name: actor_login, description: last known login}
  - {name: events, description: number of events of any type, checks: [{min: 1}]}
  - {name: pushes, description: number of pushes, checks: [{min: 0}]}
  - {name: pull_requests, description: "pull requests opened, closed or reopened", checks: [{min: 0}]}
  - {name: issue_events, description: "issues opened, closed or reopened, and comments on them", checks: [{min: 0}]}
  - {name: repositories, description: number of different repositories the events happened in, checks: [{min: 0}]}
checks:
  - row_count: {min: 1, max: 100}
*/
WITH activity AS (
  SELECT
    actor_id,
    count(*) AS events,
    count(*) FILTER (WHERE type = 'PushEvent') AS pushes,
    count(*) FILTER (WHERE type = 'PullRequestEvent') AS pull_requests,
    count(*) FILTER (WHERE type IN ('IssuesEvent', 'IssueCommentEvent')) AS issue_events,
    count(DISTINCT repo_id) AS repositories
  FROM raw.events
  WHERE actor_id IS NOT NULL
  GROUP BY actor_id
)
SELECT
  row_number() OVER (ORDER BY activity.events DESC, activity.actor_id) AS rank,
  activity.actor_id,
  actor.actor_login,
  activity.events,
  activity.pushes,
  activity.pull_requests,
  activity.issue_events,
  activity.repositories
FROM activity
LEFT JOIN mart.actor_names AS actor ON actor.actor_id = activity.actor_id
QUALIFY rank <= 100
