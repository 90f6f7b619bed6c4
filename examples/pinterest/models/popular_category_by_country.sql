/* tidemill
name: mart.popular_category_by_country
description: The category with most pins of each country. Where several have equally many, all of them.
strategy: table
wait_for: complete
columns:
  - {name: country, description: "country the pins were posted from", checks: [not_null]}
  - {name: category, description: what most of its pins are about, checks: [not_null]}
  - {name: category_count, description: how many pins are about that, checks: [{min: 1}]}
*/
SELECT country, category, count(*) AS category_count
FROM mart.pins_with_place
WHERE country IS NOT NULL AND category IS NOT NULL
GROUP BY country, category
QUALIFY rank() OVER (PARTITION BY country ORDER BY category_count DESC) = 1
