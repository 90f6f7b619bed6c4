/* tidemill
name: mart.works_per_decade
description: How many works first came out in each decade, out of free-text dates.
strategy: table
columns:
  - {name: decade, description: "first year of the decade; NULL for works without a date, or with one that has no year", checks: [unique, {min: 1000}, {max: 2090}]}
  - {name: works, description: number of works, checks: [{min: 1}]}
*/
SELECT (first_published_year // 10 * 10)::SMALLINT AS decade, count(*) AS works
FROM mart.dim_work
GROUP BY 1
