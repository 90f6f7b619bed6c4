/* tidemill
name: mart.dim_author
description: Who wrote the works, one row an author.
strategy: table
wait_for: complete
cluster_by: [author_id]
columns:
  - {name: author_id, description: "surrogate key: the number in author_key, the same in every dump", checks: [not_null, unique]}
  - {name: author_key, description: "Open Library's key, such as /authors/OL23919A", checks: [not_null, unique]}
  - {name: name, description: name; NULL in a few records}
  - {name: birth_date, description: free text as it came; NULL where empty}
  - {name: birth_year, description: "year in birth_date, where it has one of four digits", checks: [{min: 1000}, {max: 2099}]}
  - {name: death_date, description: free text as it came; NULL where empty}
  - {name: death_year, description: "year in death_date, where it has one of four digits", checks: [{min: 1000}, {max: 2099}]}
  - {name: entity_type, description: "person, org or event; mostly NULL"}
  - {name: revision, description: how many times the record was written, checks: [{min: 1}]}
  - {name: last_modified, description: "when the record was last written, in UTC", checks: [not_null]}
*/

-- Open Library's keys already hold a number of their own for each author, so the surrogate key is that number: stable
-- from dump to dump, the same in every table that has the key, and without a table that hands out numbers.
--
-- Records under keys of another kind, of which full dumps have a few, are left out. A key stands once in a dump; where two
-- dumps were put into one file, the latest revision counts.
--
-- Clustered by author_id, because the table is joined by it.
SELECT
  TRY_CAST(regexp_extract(key, 'OL([0-9]+)A$', 1) AS BIGINT) AS author_id,
  key AS author_key,
  name,
  nullif(trim(birth_date), '') AS birth_date,
  TRY_CAST(regexp_extract(birth_date, '(?:^|[^0-9])(1[0-9]{3}|20[0-9]{2})(?:[^0-9]|$)', 1) AS SMALLINT) AS birth_year,
  nullif(trim(death_date), '') AS death_date,
  TRY_CAST(regexp_extract(death_date, '(?:^|[^0-9])(1[0-9]{3}|20[0-9]{2})(?:[^0-9]|$)', 1) AS SMALLINT) AS death_year,
  entity_type,
  revision,
  last_modified
FROM raw.authors
WHERE type = '/type/author' AND author_id IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY author_id ORDER BY revision DESC, last_modified DESC) = 1
