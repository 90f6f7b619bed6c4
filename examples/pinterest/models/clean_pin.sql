/* tidemill
name: clean.pin
description: Every pin once, its sentinels NULL and its followers counted. The same SELECT cleans a captured topic and a live one.
strategy: table
wait_for: complete
columns:
  - {name: ind, description: "number of the post, the same in all three tables", checks: [not_null, {unique: interval, severity: warn}]}
  - {name: unique_id, description: identifier of the pin, checks: [not_null]}
  - {name: title, description: "title of the pin; NULL where it has none"}
  - {name: description, description: "what is said about it; NULL where nothing is"}
  - {name: follower_count, description: "how many follow the poster; NULL where the poster is not known", checks: [{min: 0}]}
  - {name: poster_name, description: "who posted it; NULL where that is not known"}
  - {name: tag_list, description: "tags with commas between them; NULL where it has none"}
  - {name: is_image_or_video, description: kind of the pin}
  - {name: image_src, description: "address of the picture; NULL where it has none"}
  - {name: save_location, description: folder the picture was saved in}
  - {name: category, description: what the pin is about}
checks:
  - name: every_follower_count_was_understood
    sql: |
      SELECT DISTINCT follower_count FROM raw.pin
      WHERE follower_count <> 'User Info Error' AND NOT regexp_full_match(follower_count, '\d+(\.\d+)?[kKmM]?')
    severity: warn
*/

-- Neither partitioned nor clustered: what is asked of pins reads all of them.
WITH pins AS (
  SELECT
    index AS ind,
    unique_id,
    is_image_or_video,
    regexp_replace(save_location, '^Local save in ', '') AS save_location,
    -- What the scraper wrote where it found nothing is nothing, in whichever column it stands.
    CASE
      WHEN COLUMNS(['title', 'description', 'follower_count', 'poster_name', 'tag_list', 'image_src', 'category']) IN (
        'User Info Error', 'No Title Data Available', 'No description available Story format', 'Image src error.',
        'N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e')
      THEN NULL
      ELSE COLUMNS(['title', 'description', 'follower_count', 'poster_name', 'tag_list', 'image_src', 'category'])
    END
  FROM raw.pin
)
-- DISTINCT comes last, so that rows which cleaning has made equal are one.
SELECT DISTINCT
  ind,
  unique_id,
  title,
  description,
  -- 437, 83k and 6M.
  (TRY_CAST(regexp_extract(follower_count, '^(\d+(\.\d+)?)[kKmM]?$', 1) AS DECIMAL(18, 6))
    * CASE lower(right(follower_count, 1)) WHEN 'k' THEN 1000 WHEN 'm' THEN 1000000 ELSE 1 END)::BIGINT AS follower_count,
  poster_name,
  tag_list,
  is_image_or_video,
  image_src,
  save_location,
  category
FROM pins
