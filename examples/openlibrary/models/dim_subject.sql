/* tidemill
name: mart.dim_subject
description: What works are about, one row a subject, out of the lists of all works.
strategy: table
cluster_by: [subject_id]
columns:
  - {name: subject_id, description: "surrogate key: 60 bits of the MD5 of the subject, the same in every dump", checks: [not_null, unique]}
  - {name: subject, description: "the subject, without spaces around it; upper and lower case count", checks: [not_null, unique]}
  - {name: works, description: number of works about it, checks: [{min: 1}]}
*/

-- Clustered by subject_id, because the table is joined by it.
SELECT subject_id, subject, count(*) AS works
FROM mart.work_subjects
GROUP BY subject_id, subject
