/* tidemill
name: mart.country_of_most_followed
description: The country of the poster with most followers of all. Where several posters or countries share the highest number, all of them.
strategy: table
wait_for: complete
columns:
  - {name: country, description: country the poster posted from, checks: [not_null]}
  - {name: poster_name, description: who is followed most, checks: [not_null]}
  - {name: follower_count, description: how many follow the poster, checks: [not_null]}
*/
SELECT country, poster_name, follower_count
FROM mart.top_poster_by_country
WHERE follower_count = (SELECT max(follower_count) FROM mart.top_poster_by_country)
