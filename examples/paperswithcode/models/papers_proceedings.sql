/* tidemill
name: mart.papers_proceedings
description: A row for each paper that was published in proceedings.
strategy: table
cluster_by: [proceeding, date]
columns:
  - {name: paper_url, description: address of the paper at Papers with Code, checks: [not_null, unique]}
  - {name: title, description: title of the paper}
  - {name: proceeding, description: "where it was published, without year and number", checks: [not_null]}
  - {name: date, description: when the paper was published, checks: [not_null]}
*/

-- Clustered as papers_tasks is, for the same reason: the page asks for one proceeding over time.
SELECT paper_url, title, proceeding, date
FROM clean.papers
WHERE proceeding IS NOT NULL
