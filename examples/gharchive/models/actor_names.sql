/* tidemill
name: mart.actor_names
description: The last known login of each person or robot. It changes while the id stays, so tables that live longer than a name join by id and take the name from here.
strategy: table
columns:
  - {name: actor_id, description: GitHub's user id that never changes, checks: [not_null, unique]}
  - {name: actor_login, description: login in the last event of the person or robot; the higher event id decides within one instant, checks: [not_null]}
  - {name: first_seen_at, description: time of its first event in the lake, checks: [not_null]}
  - {name: last_seen_at, description: time of its last event in the lake, checks: [not_null]}
  - {name: names, description: how many different logins it has had, checks: [{min: 1}]}
checks:
  - name: last_event_is_not_before_the_first
    sql: SELECT actor_id, first_seen_at, last_seen_at FROM mart.actor_names WHERE last_seen_at < first_seen_at
*/
SELECT
  actor_id,
  max_by(actor_login, (created_at, id)) AS actor_login,
  min(created_at) AS first_seen_at,
  max(created_at) AS last_seen_at,
  count(DISTINCT actor_login) AS names
FROM raw.events
WHERE actor_id IS NOT NULL AND actor_login IS NOT NULL
GROUP BY actor_id
