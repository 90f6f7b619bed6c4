/* tidemill
name: mart.genre_ratings
description: How often and how well the films of each genre are rated. A film of three genres counts for each of them.
strategy: table
wait_for: complete
columns:
  - {name: genre, description: name of the genre, checks: [not_null, unique]}
  - {name: movies, description: number of films of the genre that were rated, checks: [{min: 1}]}
  - {name: ratings, description: number of ratings of these films, checks: [{min: 1}]}
  - {name: avg_rating, description: "mean of the stars, not rounded", checks: [not_null, {min: 0.5}, {max: 5}]}
*/
WITH film AS (
  SELECT movie_id, unnest(genres) AS genre
  FROM mart.movies
)
SELECT film.genre, count(DISTINCT film.movie_id) AS movies, count(*) AS ratings, avg(rating.rating) AS avg_rating
FROM mart.ratings AS rating
JOIN film ON film.movie_id = rating.movie_id
GROUP BY film.genre
