/* tidemill
name: mart.dim_edition
description: What was printed, one row an edition.
strategy: table
cluster_by: [edition_id]
columns:
  - {name: edition_id, description: "surrogate key: the number in edition_key, the same in every dump", checks: [not_null, unique]}
  - {name: edition_key, description: "Open Library's key, such as /books/OL7353617M", checks: [not_null, unique]}
  - {name: work_id, description: "the work it is an edition of, the first where there are several; NULL in a quarter"}
  - {name: title, description: title without the subtitle}
  - {name: publisher, description: "its publisher, the first where there are several"}
  - {name: publish_date, description: "when it came out, free text as it came; NULL where empty"}
  - {name: publish_year, description: "year in publish_date, where it has one of four digits", checks: [{min: 1000}, {max: 2099}]}
  - {name: language, description: "code of its language, such as eng, the first where there are several"}
  - {name: number_of_pages, description: number of pages; often NULL}
  - {name: revision, description: how many times the record was written, checks: [{min: 1}]}
  - {name: last_modified, description: "when the record was last written, in UTC", checks: [not_null]}
*/

-- Left out and counted once as in dim_author.sql.
--
-- Clustered by edition_id, because the facts are joined by it.
SELECT
  TRY_CAST(regexp_extract(key, 'OL([0-9]+)M$', 1) AS BIGINT) AS edition_id,
  key AS edition_key,
  TRY_CAST(regexp_extract(work_keys[1], 'OL([0-9]+)W$', 1) AS BIGINT) AS work_id,
  title,
  publishers[1] AS publisher,
  nullif(trim(publish_date), '') AS publish_date,
  TRY_CAST(regexp_extract(publish_date, '(?:^|[^0-9])(1[0-9]{3}|20[0-9]{2})(?:[^0-9]|$)', 1) AS SMALLINT) AS publish_year,
  nullif(regexp_extract(language_keys[1], '^/languages/(.+)$', 1), '') AS language,
  number_of_pages,
  revision,
  last_modified
FROM raw.editions
WHERE type = '/type/edition' AND edition_id IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY edition_id ORDER BY revision DESC, last_modified DESC) = 1
