/* tidemill
name: mart.org_names
description: The last known login of each organization. It changes while the id stays, so tables that live longer than a name join by id and take the name from here.
strategy: table
columns:
  - {name: org_id, description: GitHub's organization id that never changes, checks: [not_null, unique]}
  - {name: org_login, description: login in the last event of the organization; the higher event id decides within one instant, checks: [not_null]}
  - {name: first_seen_at, description: time of its first event in the lake, checks: [not_null]}
  - {name: last_seen_at, description: time of its last event in the lake, checks: [not_null]}
  - {name: names, description: how many different logins it has had, checks: [{min: 1}]}
checks:
  - name: last_event_is_not_before_the_first
    sql: SELECT org_id, first_seen_at, last_seen_at FROM mart.org_names WHERE last_seen_at < first_seen_at
*/
SELECT
  org_id,
  max_by(org_login, (created_at, id)) AS org_login,
  min(created_at) AS first_seen_at,
  max(created_at) AS last_seen_at,
  count(DISTINCT org_login) AS names
FROM raw.events
WHERE org_id IS NOT NULL AND org_login IS NOT NULL
GROUP BY org_id
