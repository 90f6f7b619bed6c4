/* tidemill
name: mart.work_subjects
description: Which work is about what, one row for each work and subject.
strategy: table
cluster_by: [subject_id]
columns:
  - {name: work_id, description: key of mart.dim_work, checks: [not_null]}
  - {name: subject_id, description: key of mart.dim_subject, checks: [not_null]}
  - {name: subject, description: "the subject, without spaces around it", checks: [not_null]}
*/

-- A subject has no number of its own, so its surrogate key is 60 bits of the MD5 of its text: the same in every dump, and
-- two of ten million subjects share one with a chance of 1 in 20,000, which the check in mart.dim_subject would show.
--
-- Clustered by subject, because the usual question is what there is on a subject.
WITH pair AS (
  SELECT work_id, trim(unnest(subjects)) AS subject
  FROM clean.works
)
SELECT DISTINCT
  work_id,
  ('0x' || left(md5(subject), 15))::BIGINT AS subject_id,
  subject
FROM pair
WHERE subject <> ''
