/* tidemill
name: mart.fct_ratings
description: Every rating that a reader gave, one row each.
strategy: table
cluster_by: [work_id]
columns:
  - {name: work_id, description: "key of mart.dim_work; NULL where work_key is no key of a work", checks: [{name: work_key_is_understood, not_null: , severity: warn}]}
  - {name: work_key, description: "Open Library's key of the work"}
  - {name: edition_id, description: key of mart.dim_edition; NULL where no edition was named}
  - {name: edition_key, description: "Open Library's key of the edition; NULL where none was named"}
  - {name: rating, description: "stars, 1 to 5", checks: [not_null, {min: 1}, {max: 5}]}
  - {name: rated_on, description: day of the rating, checks: [not_null]}
checks:
  - name: every_work_is_known
    sql: |
      SELECT fact.work_key FROM mart.fct_ratings AS fact
      LEFT JOIN mart.dim_work AS work ON work.work_id = fact.work_id
      WHERE work.work_id IS NULL
    severity: warn                  # works are merged, and their old keys stay in ratings
*/

-- Clustered by work, because ratings are asked for by work, author or subject, all of which come down to works. There
-- are half a million of them in all: partitions would only make small files.
SELECT
  TRY_CAST(regexp_extract(work_key, 'OL([0-9]+)W$', 1) AS BIGINT) AS work_id,
  work_key,
  TRY_CAST(regexp_extract(edition_key, 'OL([0-9]+)M$', 1) AS BIGINT) AS edition_id,
  edition_key,
  rating,
  rated_on
FROM raw.ratings
