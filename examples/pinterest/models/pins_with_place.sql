/* tidemill
name: mart.pins_with_place
description: Pins with the place and year they were posted in. Pins of unknown place are left out.
strategy: view
columns:
  - {name: ind, description: number of the post}
  - {name: country, description: country it was posted from}
  - {name: post_year, description: "year it was posted in, in UTC"}
  - {name: category, description: what the pin is about}
  - {name: poster_name, description: who posted it}
  - {name: follower_count, description: how many follow the poster}
*/
SELECT pin.ind, geo.country, year(geo.timestamp) AS post_year, pin.category, pin.poster_name, pin.follower_count
FROM clean.pin AS pin
JOIN clean.geo AS geo ON geo.ind = pin.ind
