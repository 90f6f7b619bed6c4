/* tidemill
name: mart.year_month_avg_rating
description: The average rating of each month, over all films and users.
strategy: table
cluster_by: [year, month]
columns:
  - {name: year, description: "year of the ratings, in UTC", checks: [not_null]}
  - {name: month, description: "month of the ratings, 1 to 12, in UTC", checks: [not_null, {min: 1}, {max: 12}]}
  - {name: avg_rating, description: "mean of the month's stars, not rounded", checks: [not_null, {min: 0.5}, {max: 5}]}
  - {name: ratings, description: number of ratings in the month, checks: [{min: 1}]}
checks:
  - name: one_row_per_month
    sql: SELECT year, month, count(*) AS copies FROM mart.year_month_avg_rating GROUP BY year, month HAVING count(*) > 1
*/

-- Clustered in the order of time, in which it is read. Some three hundred rows need no partitions.
SELECT rated_year AS year, month(rated_at)::SMALLINT AS month, avg(rating) AS avg_rating, count(*) AS ratings
FROM mart.ratings
GROUP BY 1, 2
