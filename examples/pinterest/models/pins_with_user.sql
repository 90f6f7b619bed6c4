/* tidemill
name: mart.pins_with_user
description: Pins with the age group and joining year of the user who posted them. Pins of unknown users are left out.
strategy: view
columns:
  - {name: ind, description: number of the post}
  - {name: age_group, description: "18-24, 25-35, 36-50 or +50; NULL below 18 and where the age is not known"}
  - {name: joining_year, description: "year the user joined in, in UTC"}
  - {name: category, description: what the pin is about}
  - {name: follower_count, description: how many follow the poster}
*/
SELECT
  pin.ind,
  CASE
    WHEN person.age BETWEEN 18 AND 24 THEN '18-24'
    WHEN person.age BETWEEN 25 AND 35 THEN '25-35'
    WHEN person.age BETWEEN 36 AND 50 THEN '36-50'
    WHEN person.age > 50 THEN '+50'
  END AS age_group,
  year(person.date_joined) AS joining_year,
  pin.category,
  pin.follower_count
FROM clean.pin AS pin
JOIN clean.user AS person ON person.ind = pin.ind
