/* tidemill
name: mart.top_poster_by_country
description: The poster with most followers of each country. Where several have equally many, all of them.
strategy: table
wait_for: complete
columns:
  - {name: country, description: country the pins were posted from, checks: [not_null]}
  - {name: poster_name, description: who is followed most there, checks: [not_null]}
  - {name: follower_count, description: "how many follow the poster, the highest number seen in the country", checks: [not_null, {min: 0}]}
*/
SELECT country, poster_name, max(follower_count) AS follower_count
FROM mart.pins_with_place
WHERE country IS NOT NULL AND poster_name IS NOT NULL AND follower_count IS NOT NULL
GROUP BY country, poster_name
QUALIFY rank() OVER (PARTITION BY country ORDER BY max(follower_count) DESC) = 1
