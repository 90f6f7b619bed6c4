/* tidemill
name: mart.top_movies
description: The hundred films with the best average among those with enough ratings.
strategy: table
wait_for: complete
columns:
  - {name: rank, description: "1 for the best; where averages are equal, more ratings and then the lower number come first", checks: [not_null, unique, {min: 1}, {max: 100}]}
  - {name: movie_id, description: "the film, by MovieLens's number", checks: [not_null, unique]}
  - {name: title, description: title in English}
  - {name: release_year, description: "year of the first release; NULL where it is not known"}
  - {name: avg_rating, description: "mean of its stars, not rounded", checks: [not_null, {min: 0.5}, {max: 5}]}
  - {name: ratings, description: number of ratings, checks: [{min: 1}]}
checks:
  - row_count: {max: 100}
*/

-- "Enough" is the variable least_ratings: a film that one person loves would lead the list otherwise.
WITH score AS (
  SELECT movie_id, avg(rating) AS avg_rating, count(*) AS ratings
  FROM mart.ratings
  GROUP BY movie_id
  HAVING count(*) >= $vars.least_ratings
)
SELECT
  row_number() OVER (ORDER BY score.avg_rating DESC, score.ratings DESC, score.movie_id) AS rank,
  score.movie_id,
  movie.title,
  movie.release_year,
  score.avg_rating,
  score.ratings
FROM score
JOIN mart.movies AS movie ON movie.movie_id = score.movie_id
QUALIFY rank <= 100
