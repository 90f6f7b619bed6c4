/* tidemill
name: mart.datasets_tasks
description: A row for each data set and each task it is used for.
strategy: table
wait_for: complete
columns:
  - {name: dataset_url, description: address of the data set at Papers with Code, checks: [not_null]}
  - {name: name, description: what the data set is called}
  - {name: task, description: "what it is used for, each word capitalised", checks: [not_null]}
  - {name: date, description: when the data set was introduced, checks: [not_null]}
checks:
  - name: one_row_per_data_set_and_task
    sql: SELECT dataset_url, task FROM mart.datasets_tasks GROUP BY dataset_url, task HAVING count(*) > 1
*/
SELECT dataset_url, name, unnest(tasks) AS task, introduced_date AS date
FROM clean.datasets
