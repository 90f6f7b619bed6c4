/* tidemill
name: mart.popular_category_by_age_group
description: The category with most pins of each age group. Where several have equally many, all of them.
strategy: table
wait_for: complete
columns:
  - {name: age_group, description: "18-24, 25-35, 36-50 or +50", checks: [not_null]}
  - {name: category, description: what most of its pins are about, checks: [not_null]}
  - {name: category_count, description: how many pins are about that, checks: [{min: 1}]}
*/
SELECT age_group, category, count(*) AS category_count
FROM mart.pins_with_user
WHERE age_group IS NOT NULL AND category IS NOT NULL
GROUP BY age_group, category
QUALIFY rank() OVER (PARTITION BY age_group ORDER BY category_count DESC) = 1
