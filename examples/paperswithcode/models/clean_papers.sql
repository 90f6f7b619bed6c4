/* tidemill
name: clean.papers
description: Every paper once, with tasks and authors spelled in one way. Papers without a date or with one in the future are left out.
strategy: table
wait_for: complete
cluster_by: [date]
columns:
  - {name: paper_url, description: address of the paper at Papers with Code, checks: [not_null, unique]}
  - {name: title, description: title of the paper}
  - {name: proceeding, description: "where it was published, without year and number; NULL where it is in no proceedings"}
  - {name: date, description: when it was published, checks: [not_null]}
  - {name: authors, description: "names of the authors in the paper's order, each word capitalised, each name once; empty where nobody is named"}
  - {name: tasks, description: "what the paper is about, each word capitalised, each task once; empty where nobody said"}
checks:
  - name: no_paper_from_the_future
    sql: SELECT paper_url, date FROM clean.papers WHERE date > $run_time::DATE
  - name: proceedings_end_with_a_letter
    sql: SELECT paper_url, proceeding FROM clean.papers WHERE NOT regexp_matches(proceeding, '\p{L}$')
*/

-- Clustered by date, because every page asks for papers over time: a question about some years then reads the files of
-- those years alone. Not partitioned: all of it is rewritten by each dump, and half a million rows are few files.
WITH papers AS (
  SELECT
    paper_url,
    title,
    -- 'NeurIPS 2018 12' is an issue of NeurIPS: what follows the last letter goes.
    nullif(trim(regexp_replace(proceeding, '[^\p{L}]+$', '')), '') AS proceeding,
    date,
    -- ' question  ANSWERING' is 'Question Answering'.
    list_transform(
      COLUMNS(['authors', 'tasks']),
      lambda name: array_to_string(
        list_transform(
          string_split(trim(regexp_replace(name, '[\s\p{Z}]+', ' ', 'g')), ' '),
          lambda word: upper(word[1]) || lower(word[2:])),
        ' '))
  FROM raw.papers
  WHERE date <= $run_time::DATE
)
SELECT
  paper_url,
  title,
  proceeding,
  date,
  -- Each name where it stands first.
  coalesce(list_filter(COLUMNS(['authors', 'tasks']), lambda name, place: name <> '' AND list_position(COLUMNS(['authors', 'tasks']), name) = place), [])
FROM papers
QUALIFY row_number() OVER (PARTITION BY paper_url ORDER BY date DESC, title, proceeding, authors, tasks) = 1
