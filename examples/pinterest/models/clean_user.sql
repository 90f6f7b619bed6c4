/* tidemill
name: clean.user
description: Who made every post, once. The same SELECT cleans a captured topic and a live one.
strategy: table
wait_for: complete
columns:
  - {name: ind, description: "number of the post, the same in all three tables", checks: [not_null, {unique: interval, severity: warn}]}
  - {name: user_name, description: "first and last name, with a space between them", checks: [not_null]}
  - {name: age, description: "age in years; NULL where nobody said", checks: [{min: 0, severity: warn}, {max: 130, severity: warn}]}
  - {name: date_joined, description: "when the user joined, in UTC", checks: [not_null]}
*/

-- Neither partitioned nor clustered: what is asked of users reads all of them.
SELECT DISTINCT
  ind,
  first_name || ' ' || last_name AS user_name,
  age,
  date_joined
FROM raw.user
