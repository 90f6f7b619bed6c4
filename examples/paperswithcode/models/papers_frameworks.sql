/* tidemill
name: mart.papers_frameworks
description: A row for each paper and each framework that some repository implements it with, official or not.
strategy: table
wait_for: complete
cluster_by: [framework, date]
columns:
  - {name: paper_url, description: address of the paper at Papers with Code, checks: [not_null]}
  - {name: title, description: title of the paper}
  - {name: framework, description: "what the code is written with, such as pytorch", checks: [not_null]}
  - {name: date, description: when the paper was published, checks: [not_null]}
  - {name: is_official, description: whether one of the repositories is by the paper's own authors, checks: [not_null]}
  - {name: repositories, description: how many repositories implement the paper with this framework, checks: [{min: 1}]}
  - {name: official_repositories, description: how many of them are by the paper's own authors, checks: [{min: 0}]}
checks:
  - name: one_row_per_paper_and_framework
    sql: SELECT paper_url, framework FROM mart.papers_frameworks GROUP BY paper_url, framework HAVING count(*) > 1
  - name: no_more_official_repositories_than_there_are
    sql: SELECT paper_url, framework FROM mart.papers_frameworks WHERE official_repositories > repositories
*/

-- Clustered as papers_tasks is, for the same reason: the page asks for one framework over time.
--
-- A paper that ten repositories implement with one framework is one paper of that framework; how many there are stands
-- beside it. Links to papers that the dump does not have, or that have no date, are left out.
WITH repositories AS (
  SELECT paper_url, framework, repo_url, coalesce(bool_or(is_official), false) AS is_official
  FROM raw.links
  WHERE framework IS NOT NULL AND framework <> 'none'
  GROUP BY paper_url, framework, repo_url
)
SELECT
  paper.paper_url,
  paper.title,
  repository.framework,
  paper.date,
  bool_or(repository.is_official) AS is_official,
  count(*) AS repositories,
  count(*) FILTER (WHERE repository.is_official) AS official_repositories
FROM repositories AS repository
JOIN clean.papers AS paper ON paper.paper_url = repository.paper_url
GROUP BY ALL
