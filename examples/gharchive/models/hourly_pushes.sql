/* tidemill
name: mart.hourly_pushes
description: How many pushes every hour had, and how many commits they brought.
strategy: interval
interval: day
time_column: hour
columns:
  - {name: hour, description: "start of the hour, in UTC", checks: [not_null, unique]}
  - {name: pushes, description: number of pushes, checks: [{min: 1}]}
  - {name: commits, description: "commits by the size that pushes give: all, not the 20 at most that a push lists, but no more than 1,000 of one push", checks: [{min: 0}]}
  - {name: distinct_commits, description: "commits new to their repository; can exceed commits, because a large push is not held to 1,000 here", checks: [{min: 0}]}
*/
SELECT
  date_trunc('hour', created_at) AS hour,
  count(*) AS pushes,
  coalesce(sum((payload ->> '$.size')::BIGINT), 0) AS commits,
  coalesce(sum((payload ->> '$.distinct_size')::BIGINT), 0) AS distinct_commits
FROM raw.events
WHERE type = 'PushEvent' AND created_at >= $start AND created_at < $end
GROUP BY 1
