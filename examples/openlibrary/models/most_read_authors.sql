/* tidemill
name: mart.most_read_authors
description: The hundred authors whose works most readers have read. A work of two authors counts for both.
strategy: table
wait_for: complete
columns:
  - {name: rank, description: "1 for most read; where that is equal, the lower author_id comes first", checks: [not_null, unique, {min: 1}, {max: 100}]}
  - {name: author_id, description: key of mart.dim_author, checks: [not_null, unique]}
  - {name: name, description: "name of the author; NULL where it is not known"}
  - {name: already_read, description: how many times a work was put on the shelf Already Read, checks: [{min: 1}]}
  - {name: currently_reading, description: "the same of Currently Reading", checks: [{min: 0}]}
  - {name: want_to_read, description: "the same of Want to Read", checks: [{min: 0}]}
  - {name: works, description: number of different works on any of the shelves, checks: [{min: 1}]}
checks:
  - row_count: {max: 100}
*/
WITH reading AS (
  SELECT
    pair.author_id,
    count(*) FILTER (WHERE fact.shelf = 'Already Read') AS already_read,
    count(*) FILTER (WHERE fact.shelf = 'Currently Reading') AS currently_reading,
    count(*) FILTER (WHERE fact.shelf = 'Want to Read') AS want_to_read,
    count(DISTINCT fact.work_id) AS works
  FROM mart.fct_shelves AS fact
  JOIN mart.work_authors AS pair ON pair.work_id = fact.work_id
  GROUP BY pair.author_id
)
SELECT
  row_number() OVER (ORDER BY reading.already_read DESC, reading.author_id) AS rank,
  reading.author_id,
  author.name,
  reading.already_read,
  reading.currently_reading,
  reading.want_to_read,
  reading.works
FROM reading
LEFT JOIN mart.dim_author AS author ON author.author_id = reading.author_id
WHERE reading.already_read > 0
QUALIFY rank <= 100
