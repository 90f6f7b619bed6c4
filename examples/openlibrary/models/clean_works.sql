/* tidemill
name: clean.works
description: Every work once, for the tables that are made of works. Records under keys of another kind, of which full dumps have a few, are left out.
strategy: view
columns:
  - {name: work_id, description: "surrogate key: the number in work_key, the same in every dump"}
  - {name: work_key, description: "Open Library's key, such as /works/OL45804W"}
  - {name: title, description: title without the subtitle}
  - {name: subtitle, description: what follows the title; mostly NULL}
  - {name: first_published, description: "when it first came out, free text as it came"}
  - {name: subjects, description: "what it is about, as it came; can repeat itself and hold NULLs"}
  - {name: author_keys, description: "keys of its authors, as they came"}
  - {name: revision, description: how many times the record was written}
  - {name: created, description: "when the record was made, in UTC; NULL in old ones"}
  - {name: last_modified, description: "when the record was last written, in UTC"}
*/

-- A key stands once in a dump; where two dumps were put into one file, the latest revision counts. A view, because each
-- table made of it needs other columns, and a copy of thirty million works would be read no faster.
SELECT
  TRY_CAST(regexp_extract(key, 'OL([0-9]+)W$', 1) AS BIGINT) AS work_id,
  key AS work_key,
  title,
  subtitle,
  first_published,
  subjects,
  author_keys,
  revision,
  created,
  last_modified
FROM raw.works
WHERE type = '/type/work' AND work_id IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY work_id ORDER BY revision DESC, last_modified DESC) = 1
