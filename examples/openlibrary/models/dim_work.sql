/* tidemill
name: mart.dim_work
description: What was written, one row a work.
strategy: table
cluster_by: [work_id]
columns:
  - {name: work_id, description: "surrogate key: the number in work_key, the same in every dump", checks: [not_null, unique]}
  - {name: work_key, description: "Open Library's key, such as /works/OL45804W", checks: [not_null, unique]}
  - {name: title, description: title without the subtitle}
  - {name: subtitle, description: what follows the title; mostly NULL}
  - {name: first_published, description: "when it first came out, free text as it came; NULL where empty"}
  - {name: first_published_year, description: "year in first_published, where it has one of four digits", checks: [{min: 1000}, {max: 2099}]}
  - {name: authors, description: number of its different authors, checks: [not_null, {min: 0}]}
  - {name: subjects, description: number of its different subjects, checks: [not_null, {min: 0}]}
  - {name: revision, description: how many times the record was written, checks: [{min: 1}]}
  - {name: created, description: "when the record was made, in UTC; NULL in old ones"}
  - {name: last_modified, description: "when the record was last written, in UTC", checks: [not_null]}
*/

-- The year is the first run of exactly four digits that reads as one from 1000 to 2099: it finds 1876 in '(1876' and
-- 1950 in '12 May 1950', and nothing in '16th cent.', '19--' or '18760101'.
--
-- Clustered by work_id, because the facts are joined by it.
SELECT
  work_id,
  work_key,
  title,
  subtitle,
  nullif(trim(first_published), '') AS first_published,
  TRY_CAST(regexp_extract(first_published, '(?:^|[^0-9])(1[0-9]{3}|20[0-9]{2})(?:[^0-9]|$)', 1) AS SMALLINT)
    AS first_published_year,
  coalesce(len(list_distinct(author_keys)), 0) AS authors,
  coalesce(len(list_distinct(list_filter(list_transform(subjects, lambda s: trim(s)), lambda s: s <> ''))), 0) AS subjects,
  revision,
  created,
  last_modified
FROM clean.works
