/* tidemill
name: mart.median_followers_by_age_group
description: The median follower count of the posts of each age group.
strategy: table
wait_for: complete
columns:
  - {name: age_group, description: "18-24, 25-35, 36-50 or +50", checks: [not_null, unique]}
  - {name: median_follower_count, description: "half of the posts have more followers; the mean of the middle two where their number is even", checks: [not_null, {min: 0}]}
  - {name: posts, description: number of posts whose follower count is known, checks: [{min: 1}]}
*/
SELECT age_group, median(follower_count) AS median_follower_count, count(*) AS posts
FROM mart.pins_with_user
WHERE age_group IS NOT NULL AND follower_count IS NOT NULL
GROUP BY age_group
