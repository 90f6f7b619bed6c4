/* tidemill
name: mart.avg_rating
description: What each user gives on average.
strategy: table
cluster_by: [user_id]
columns:
  - {name: user_id, description: who rated, checks: [not_null, unique]}
  - {name: avg_rating, description: "mean of the user's stars, not rounded", checks: [not_null, {min: 0.5}, {max: 5}]}
  - {name: ratings, description: number of films the user rated, checks: [{min: 1}]}
*/

-- Clustered by user, because one user is what is looked up here; the tile reads all of it, which is small.
SELECT user_id, avg(rating) AS avg_rating, count(*) AS ratings
FROM mart.ratings
GROUP BY user_id
