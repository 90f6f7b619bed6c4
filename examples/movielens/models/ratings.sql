/* tidemill
name: mart.ratings
description: Every rating with its time, laid out so that a question about a span of time reads little.
strategy: table
partition_by: [rated_year]
cluster_by: [rated_at]
columns:
  - {name: user_id, description: who rated, checks: [not_null]}
  - {name: movie_id, description: "the film, by MovieLens's number", checks: [not_null]}
  - {name: rating, description: "stars, in halves from 0.5 to 5", checks: [not_null, {min: 0.5}, {max: 5}]}
  - {name: rated_at, description: "when it was given, in UTC", checks: [not_null]}
  - {name: rated_year, description: year of rated_at in UTC; the partition, checks: [not_null]}
checks:
  - row_count: {min: 1}
  - name: a_user_rates_a_film_once
    sql: SELECT user_id, movie_id, count(*) AS copies FROM mart.ratings GROUP BY user_id, movie_id HAVING count(*) > 1
    severity: warn
*/

-- Partitioned by year: 26 million ratings of 22 years make partitions of about a million rows, a few megabytes each,
-- which is a good size for a file. By month there would be 260 small files, by day 8,000 tiny ones, and opening
-- them would cost more than reading them.
-- Clustered by time: within a year the rows lie in the order of time, so the smallest and largest rated_at of each
-- file and row group rule out what a month or a day does not need. A question that names neither year nor time, such
-- as the average of each user, reads everything once whichever the layout is.
SELECT user_id, movie_id, rating, rated_at, year(rated_at)::SMALLINT AS rated_year
FROM raw.ratings
