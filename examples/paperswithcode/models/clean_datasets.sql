/* tidemill
name: clean.datasets
description: Every data set once, with tasks, languages and variants spelled in one way. Data sets without a date or with one in the future are left out.
strategy: table
wait_for: complete
columns:
  - {name: dataset_url, description: address of the data set at Papers with Code, checks: [not_null, unique]}
  - {name: name, description: what the data set is called}
  - {name: introduced_date, description: when it was introduced, checks: [not_null]}
  - {name: tasks, description: "what it is used for, each word capitalised, each task once; empty where nobody said"}
  - {name: languages, description: "languages of its texts, each once; empty where it has no texts or nobody said"}
  - {name: variants, description: "names of its versions and parts, each word capitalised, each once"}
checks:
  - name: no_data_set_from_the_future
    sql: SELECT dataset_url, introduced_date FROM clean.datasets WHERE introduced_date > $run_time::DATE
*/

-- Neither partitioned nor clustered: some ten thousand rows are one small file. How a name is cleaned is explained in
-- clean_papers.sql; COLUMNS does the same to each of the lists.
WITH datasets AS (
  SELECT
    dataset_url,
    name,
    introduced_date,
    list_transform(
      COLUMNS(['tasks', 'languages', 'variants']),
      lambda name: array_to_string(
        list_transform(
          string_split(trim(regexp_replace(name, '[\s\p{Z}]+', ' ', 'g')), ' '),
          lambda word: upper(word[1]) || lower(word[2:])),
        ' '))
  FROM raw.datasets
  WHERE introduced_date <= $run_time::DATE
)
SELECT
  dataset_url,
  name,
  introduced_date,
  coalesce(
    list_filter(
      COLUMNS(['tasks', 'languages', 'variants']),
      lambda value, place: value <> '' AND list_position(COLUMNS(['tasks', 'languages', 'variants']), value) = place),
    [])
FROM datasets
QUALIFY row_number() OVER (PARTITION BY dataset_url ORDER BY introduced_date DESC, name, tasks, languages, variants) = 1
