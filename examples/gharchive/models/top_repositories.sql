/* tidemill
name: mart.top_repositories
description: The hundred repositories with most events over all that is in the lake.
strategy: table
columns:
  - {name: rank, description: "1 for most events; the lower id first where they are equal", checks: [not_null, unique, {min: 1}, {max: 100}]}
  - {name: repo_id, description: GitHub's repository id, checks: [not_null, unique]}
  - {name: repo_name, description: last known owner/name}
  - {name: events, description: number of events of any type, checks: [{min: 1}]}
  - {name: pushes, description: number of pushes, checks: [{min: 0}]}
  - {name: stars, description: "stars given: GitHub calls that a WatchEvent", checks: [{min: 0}]}
  - {name: forks, description: number of forks made, checks: [{min: 0}]}
  - {name: contributors, description: number of different people and robots behind the events, checks: [{min: 0}]}
checks:
  - row_count: {min: 1, max: 100}
*/
WITH activity AS (
  SELECT
    repo_id,
    count(*) AS events,
    count(*) FILTER (WHERE type = 'PushEvent') AS pushes,
    count(*) FILTER (WHERE type = 'WatchEvent') AS stars,
    count(*) FILTER (WHERE type = 'ForkEvent') AS forks,
    count(DISTINCT actor_id) AS contributors
  FROM raw.events
  WHERE repo_id IS NOT NULL
  GROUP BY repo_id
)
SELECT
  row_number() OVER (ORDER BY activity.events DESC, activity.repo_id) AS rank,
  activity.repo_id,
  repository.repo_name,
  activity.events,
  activity.pushes,
  activity.stars,
  activity.forks,
  activity.contributors
FROM activity
LEFT JOIN mart.repo_names AS repository ON repository.repo_id = activity.repo_id
QUALIFY rank <= 100
