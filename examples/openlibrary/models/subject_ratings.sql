/* tidemill
name: mart.subject_ratings
description: How often and how well works on each subject are rated. A work of three subjects counts for each of them.
strategy: table
wait_for: complete
columns:
  - {name: subject_id, description: key of mart.dim_subject, checks: [not_null, unique]}
  - {name: subject, description: the subject, checks: [not_null]}
  - {name: works, description: number of works on it that were rated, checks: [{min: 1}]}
  - {name: ratings, description: number of ratings of these works, checks: [{min: 1}]}
  - {name: avg_rating, description: "mean of the stars, not rounded", checks: [not_null, {min: 1}, {max: 5}]}
*/
SELECT
  pair.subject_id,
  pair.subject,
  count(DISTINCT pair.work_id) AS works,
  count(*) AS ratings,
  avg(fact.rating) AS avg_rating
FROM mart.fct_ratings AS fact
JOIN mart.work_subjects AS pair ON pair.work_id = fact.work_id
GROUP BY pair.subject_id, pair.subject
