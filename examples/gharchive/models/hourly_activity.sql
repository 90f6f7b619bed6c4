/* tidemill
name: mart.hourly_activity
description: How many events of each type every hour had.
strategy: interval
interval: day
time_column: hour
cluster_by: [type]
columns:
  - {name: hour, description: "start of the hour, in UTC", checks: [not_null]}
  - {name: type, description: kind of event, checks: [not_null]}
  - {name: events, description: number of events of this type in the hour, checks: [{min: 1}]}
checks:
  - name: one_row_per_hour_and_type
    sql: SELECT hour, type, count(*) AS copies FROM mart.hourly_activity GROUP BY hour, type HAVING count(*) > 1
*/

-- Clustered by type, because the other way to ask is for one kind of event over time. Not partitioned: a year has some hundred
-- thousand rows.
SELECT date_trunc('hour', created_at) AS hour, type, count(*) AS events
FROM raw.events
WHERE created_at >= $start AND created_at < $end
GROUP BY 1, 2
