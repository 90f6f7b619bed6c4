/* tidemill
name: mart.movies
description: Each film that MovieLens and The Movie Database both know, under MovieLens's number.
strategy: table
wait_for: complete
cluster_by: [movie_id]
columns:
  - {name: movie_id, description: "the film, by MovieLens's number", checks: [not_null, unique]}
  - {name: tmdb_id, description: "the film, by its number in The Movie Database", checks: [not_null]}
  - {name: imdb_id, description: "the film, by its key in IMDb"}
  - {name: title, description: "title in English, without spaces around it"}
  - {name: release_year, description: "year of the first release; NULL where its day is not known"}
  - {name: original_language, description: ISO 639-1 code of the original language}
  - {name: runtime, description: "length in minutes; NULL where it is not known", checks: [{min: 1}]}
  - {name: genres, description: "names of its genres, without repetition, in the order of the alphabet; an empty list for none", checks: [not_null]}
*/

-- Clustered by movie_id, because the ratings are joined by it.
--
-- The metadata counts films by another number than the ratings do: only raw.links brings them together. A join by
-- movie_id = tmdb_id also finds rows, wrong ones.
-- Some films stand in the metadata twice, from two visits to The Movie Database. The row with most votes is the later.
-- The genres are a Python literal: [{'id': 16, 'name': 'Animation'}]. No name of a genre has a quote in it.
WITH film AS (
  SELECT *
  FROM raw.movies
  QUALIFY row_number() OVER (PARTITION BY tmdb_id ORDER BY vote_count DESC NULLS LAST, popularity DESC NULLS LAST, title) = 1
), link AS (
  SELECT movie_id, min(tmdb_id) AS tmdb_id
  FROM raw.links
  GROUP BY movie_id
)
SELECT
  link.movie_id,
  film.tmdb_id,
  film.imdb_id,
  trim(film.title) AS title,
  year(film.release_date)::SMALLINT AS release_year,
  film.original_language,
  nullif(film.runtime, 0) AS runtime,
  list_sort(list_distinct(regexp_extract_all(coalesce(film.genres, ''), '''name'': ''([^'']*)''', 1))) AS genres
FROM link
JOIN film ON film.tmdb_id = link.tmdb_id
