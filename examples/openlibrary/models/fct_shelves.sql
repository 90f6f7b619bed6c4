/* tidemill
name: mart.fct_shelves
description: Every work that a reader put on a shelf, one row each.
strategy: table
partition_by: [shelved_year]
cluster_by: [work_id]
columns:
  - {name: work_id, description: "key of mart.dim_work; NULL where work_key is no key of a work", checks: [{name: work_key_is_understood, not_null: , severity: warn}]}
  - {name: work_key, description: "Open Library's key of the work"}
  - {name: edition_id, description: key of mart.dim_edition; NULL where no edition was named}
  - {name: edition_key, description: "Open Library's key of the edition; NULL where none was named"}
  - name: shelf
    description: where it was put
    checks: [not_null, {accepted_values: [Want to Read, Currently Reading, Already Read], severity: warn}]
  - {name: shelved_on, description: day on which it was put there, checks: [not_null]}
  - {name: shelved_year, description: year of shelved_on; the partition, checks: [not_null]}
checks:
  - name: every_work_is_known
    sql: |
      SELECT fact.work_key FROM mart.fct_shelves AS fact
      LEFT JOIN mart.dim_work AS work ON work.work_id = fact.work_id
      WHERE work.work_id IS NULL
    severity: warn                  # works are merged, and their old keys stay in the reading log
*/

-- Partitioned by year: ten million rows since 2017, of which questions mostly want the latest year or two. Within a year
-- clustered by work, for the same reason as the ratings.
SELECT
  TRY_CAST(regexp_extract(work_key, 'OL([0-9]+)W$', 1) AS BIGINT) AS work_id,
  work_key,
  TRY_CAST(regexp_extract(edition_key, 'OL([0-9]+)M$', 1) AS BIGINT) AS edition_id,
  edition_key,
  shelf,
  shelved_on,
  year(shelved_on)::SMALLINT AS shelved_year
FROM raw.reading_log
