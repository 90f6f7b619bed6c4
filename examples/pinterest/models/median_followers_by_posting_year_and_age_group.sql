/* tidemill
name: mart.median_followers_by_posting_year_and_age_group
description: The median follower count of the posts of each year of posting and age group.
strategy: table
wait_for: complete
columns:
  - {name: post_year, description: "year of posting, in UTC", checks: [not_null]}
  - {name: age_group, description: "18-24, 25-35, 36-50 or +50", checks: [not_null]}
  - {name: median_follower_count, description: "half of the posts have more followers; the mean of the middle two where their number is even", checks: [not_null, {min: 0}]}
  - {name: posts, description: number of posts whose follower count is known, checks: [{min: 1}]}
*/
SELECT year(geo.timestamp) AS post_year, age_group, median(follower_count) AS median_follower_count, count(*) AS posts
FROM mart.pins_with_user AS pin
JOIN clean.geo AS geo ON geo.ind = pin.ind
WHERE age_group IS NOT NULL AND follower_count IS NOT NULL
GROUP BY post_year, age_group
