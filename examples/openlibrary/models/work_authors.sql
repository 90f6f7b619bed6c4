/* tidemill
name: mart.work_authors
description: Which author wrote which work, one row for each pair.
strategy: table
cluster_by: [author_id]
columns:
  - {name: work_id, description: key of mart.dim_work, checks: [not_null]}
  - {name: author_id, description: key of mart.dim_author, checks: [not_null]}
checks:
  - name: every_author_is_known
    sql: |
      SELECT pair.* FROM mart.work_authors AS pair
      LEFT JOIN mart.dim_author AS author ON author.author_id = pair.author_id
      WHERE author.author_id IS NULL
    severity: warn
*/

-- Clustered by author: the usual question is what somebody wrote, and work_id mostly follows from it.
WITH pair AS (
  SELECT work_id, unnest(author_keys) AS author_key
  FROM clean.works
)
SELECT DISTINCT
  work_id,
  TRY_CAST(regexp_extract(author_key, 'OL([0-9]+)A$', 1) AS BIGINT) AS author_id
FROM pair
WHERE author_id IS NOT NULL
