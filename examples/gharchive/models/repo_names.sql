/* tidemill
name: mart.repo_names
description: The last known name of each repository. It changes while the id stays, so tables that live longer than a name join by id and take the name from here.
strategy: table
columns:
  - {name: repo_id, description: GitHub's repository id that never changes, checks: [not_null, unique]}
  - {name: repo_name, description: name in the last event of the repository; the higher event id decides within one instant, checks: [not_null]}
  - {name: first_seen_at, description: time of its first event in the lake, checks: [not_null]}
  - {name: last_seen_at, description: time of its last event in the lake, checks: [not_null]}
  - {name: names, description: how many different names it has had, checks: [{min: 1}]}
checks:
  - name: last_event_is_not_before_the_first
    sql: SELECT repo_id, first_seen_at, last_seen_at FROM mart.repo_names WHERE last_seen_at < first_seen_at
*/
SELECT
  repo_id,
  max_by(repo_name, (created_at, id)) AS repo_name,
  min(created_at) AS first_seen_at,
  max(created_at) AS last_seen_at,
  count(DISTINCT repo_name) AS names
FROM raw.events
WHERE repo_id IS NOT NULL AND repo_name IS NOT NULL
GROUP BY repo_id
