/* tidemill
name: mart.datasets_languages
description: A row for each data set and each language of its texts.
strategy: table
wait_for: complete
columns:
  - {name: dataset_url, description: address of the data set at Papers with Code, checks: [not_null]}
  - {name: name, description: what the data set is called}
  - {name: language, description: "language of its texts, each word capitalised", checks: [not_null]}
  - {name: date, description: when the data set was introduced, checks: [not_null]}
checks:
  - name: one_row_per_data_set_and_language
    sql: SELECT dataset_url, language FROM mart.datasets_languages GROUP BY dataset_url, language HAVING count(*) > 1
*/
SELECT dataset_url, name, unnest(languages) AS language, introduced_date AS date
FROM clean.datasets
