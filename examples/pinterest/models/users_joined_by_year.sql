/* tidemill
name: mart.users_joined_by_year
description: How many users joined in each year from 2015 to 2020.
strategy: table
wait_for: complete
columns:
  - {name: joining_year, description: "year of joining, in UTC", checks: [not_null, unique, {min: 2015}, {max: 2020}]}
  - {name: users, description: "number of users, by the number of their post", checks: [{min: 1}]}
*/
SELECT year(date_joined) AS joining_year, count(DISTINCT ind) AS users
FROM clean.user
WHERE date_joined >= '2015-01-01' AND date_joined < '2021-01-01'
GROUP BY joining_year
