/* tidemill
name: mart.papers_tasks
description: A row for each paper and each of its tasks.
strategy: table
cluster_by: [task, date]
columns:
  - {name: paper_url, description: address of the paper at Papers with Code, checks: [not_null]}
  - {name: title, description: title of the paper}
  - {name: task, description: "what the paper is about, each word capitalised", checks: [not_null]}
  - {name: date, description: when the paper was published, checks: [not_null]}
checks:
  - name: one_row_per_paper_and_task
    sql: SELECT paper_url, task FROM mart.papers_tasks GROUP BY paper_url, task HAVING count(*) > 1
  - name: every_paper_is_known
    sql: SELECT paper_url FROM mart.papers_tasks WHERE paper_url NOT IN (SELECT paper_url FROM clean.papers)
*/

-- Clustered by task and then by date, because the page asks for one task over time or for the largest tasks of some
-- years: equal tasks lie together, so the smallest and largest task of each file rule most files out.
SELECT paper_url, title, unnest(tasks) AS task, date
FROM clean.papers
