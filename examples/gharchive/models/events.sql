/* tidemill
name: mart.events
description: Every event with the names that its actor, repository and organization are known by today.
strategy: interval
interval: day
time_column: action_time
partition_by: [action_time_date]
cluster_by: [last_actor_login]
inputs:
  mart.actor_names: {rebuild: false}
  mart.org_names: {rebuild: false}
  mart.repo_names: {rebuild: false}
columns:
  - name: type
    description: kind of event
    checks:
      - accepted_values:
          [CommitCommentEvent, CreateEvent, DeleteEvent, ForkEvent, GollumEvent, IssueCommentEvent, IssuesEvent,
           MemberEvent, PublicEvent, PullRequestEvent, PullRequestReviewCommentEvent, PushEvent, ReleaseEvent, WatchEvent]
        severity: warn
  - {name: action_time, description: "when it happened, in UTC", checks: [not_null]}
  - {name: last_repo_name, description: owner/name of the repository as last known when the day was built}
  - {name: last_org_login, description: login of the owning organization as last known; NULL where no organization owns the repository}
  - {name: last_actor_login, description: login of the actor as last known when the day was built}
  - {name: loaded_at, description: start of the run that built the row, checks: [not_null]}
checks:
  - name: every_repository_and_actor_has_a_name
    sql: SELECT action_time, type FROM mart.events WHERE last_repo_name IS NULL OR last_actor_login IS NULL
    severity: warn
*/

-- A changed name does not rebuild history. The three tables of names are inputs with `rebuild: false`: a day takes the
-- names of the moment it is built in, and a rename later on leaves it as it is. A day is built again when its own
-- events change or when this query does. To spread new names over the past, ask for it:
--     tidemill run mart.events --full-refresh
-- What was given up: an old row may show an old name. The alternative rewrites years of rows for one rename.
--
-- Partitioned by day, because nearly every question names a span of time and because a day is what gets rebuilt.
-- Clustered by actor, because the next most frequent question is what somebody did: equal logins lie together, so
-- the smallest and largest login of each file rule most files out.
SELECT
  event.type,
  event.created_at AS action_time,
  repository.repo_name AS last_repo_name,
  organization.org_login AS last_org_login,
  actor.actor_login AS last_actor_login,
  $run_time::TIMESTAMPTZ AS loaded_at
FROM raw.events AS event
LEFT JOIN mart.repo_names AS repository ON repository.repo_id = event.repo_id
LEFT JOIN mart.org_names AS organization ON organization.org_id = event.org_id
LEFT JOIN mart.actor_names AS actor ON actor.actor_id = event.actor_id
WHERE event.created_at >= $start AND event.created_at < $end
