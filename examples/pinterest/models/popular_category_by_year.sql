/* tidemill
name: mart.popular_category_by_year
description: The category with most pins of each year of posting. Where several have equally many, all of them.
strategy: table
wait_for: complete
columns:
  - {name: post_year, description: "year the pins were posted in, in UTC", checks: [not_null]}
  - {name: category, description: what most of its pins are about, checks: [not_null]}
  - {name: category_count, description: how many pins are about that, checks: [{min: 1}]}
*/
SELECT post_year, category, count(*) AS category_count
FROM mart.pins_with_place
WHERE post_year IS NOT NULL AND category IS NOT NULL
GROUP BY post_year, category
QUALIFY rank() OVER (PARTITION BY post_year ORDER BY category_count DESC) = 1
