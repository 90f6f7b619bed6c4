/* tidemill
name: clean.geo
description: Where and when every post was made, once. The same SELECT cleans a captured topic and a live one.
strategy: table
wait_for: complete
columns:
  - {name: ind, description: "number of the post, the same in all three tables", checks: [not_null, {unique: interval, severity: warn}]}
  - {name: country, description: country it was posted from}
  - {name: coordinates, description: "latitude and longitude in degrees, in this order", checks: [not_null]}
  - {name: timestamp, description: "when it was posted, in UTC", checks: [not_null]}
checks:
  - name: coordinates_are_on_earth
    sql: SELECT ind, coordinates FROM clean.geo WHERE abs(coordinates[1]) > 90 OR abs(coordinates[2]) > 180
    severity: warn
*/

-- Neither partitioned nor clustered: what is asked of places and times reads all of them.
SELECT DISTINCT
  ind,
  country,
  [latitude, longitude] AS coordinates,
  timestamp
FROM raw.geo
