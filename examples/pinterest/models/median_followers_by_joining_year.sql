/* tidemill
name: mart.median_followers_by_joining_year
description: The median follower count of the posts of the users who joined in each year.
strategy: table
wait_for: complete
columns:
  - {name: joining_year, description: "year the users joined in, in UTC", checks: [not_null, unique]}
  - {name: median_follower_count, description: "half of the posts have more followers; the mean of the middle two where their number is even", checks: [not_null, {min: 0}]}
  - {name: posts, description: number of posts whose follower count is known, checks: [{min: 1}]}
*/
SELECT joining_year, median(follower_count) AS median_follower_count, count(*) AS posts
FROM mart.pins_with_user
WHERE follower_count IS NOT NULL
GROUP BY joining_year
