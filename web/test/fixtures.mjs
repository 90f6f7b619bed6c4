// Dashboards of every chart type, and the page that `tidemill export` would make of them. All
// numbers come from a small generator with a fixed seed, so pages and pictures are the same every
// time.
import { readFileSync, writeFileSync } from 'node:fs';

const kSlot = '<script id="dashboard" type="application/json">{}</script>';

/** Writes a dashboard into a copy of the built page, as `tidemill export` does. */
export function write_page(dashboard, template, file) {
  const page = readFileSync(template, 'utf8');
  if (page.split(kSlot).length !== 2)
    throw new Error(`the page must have one slot for data: ${template}`);
  const json = JSON.stringify(dashboard).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  writeFileSync(
    file,
    page.replace(kSlot, () => kSlot.replace('{}', () => json)),
  );
}

export const kHostile = `</script><img src=x onerror="alert('markup')"><b>{bold|x}</b> & "quoted"`;

const kEventTypes = [
  'PushEvent',
  'CreateEvent',
  'IssueCommentEvent',
  'WatchEvent',
  'IssuesEvent',
  'PullRequestEvent',
  'ForkEvent',
  'DeleteEvent',
  'PullRequestReviewCommentEvent',
  'GollumEvent',
  'CommitCommentEvent',
  'ReleaseEvent',
  'MemberEvent',
  'PublicEvent',
];

const kTime = { name: 'hour', type: 'timestamp with time zone' };
const kEvents = { name: 'events', type: 'bigint' };

/** Gives numbers in [0, 1), the same sequence for the same seed. */
function random_numbers(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

function instant(hours) {
  return new Date(Date.UTC(2015, 0, 1) + hours * 3_600_000).toISOString().replace('.000', '');
}

function date(days) {
  return instant(days * 24).slice(0, 10);
}

function tile(title, chart, columns, rows, more = {}) {
  const sql = `SELECT ${columns.map((column) => column.name).join(', ')}\nFROM mart.example\nORDER BY 1`;
  return { title, sql, chart, columns, rows, total_rows: rows.length, truncated: false, ...more };
}

function hourly_by_type(hours, types, seed) {
  const random = random_numbers(seed);
  const rows = [];
  for (let hour = 0; hour < hours; hour += 1) {
    types.forEach((type, place) => {
      const daily = 1 + 0.6 * Math.sin(((hour - 8) / 24) * 2 * Math.PI);
      const events = Math.round((9000 / (1 + place) ** 1.6) * daily * (0.8 + 0.4 * random()));
      if (events > 20 || random() > 0.3) rows.push([instant(hour), type, events]);
    });
  }
  return rows;
}

function top_repositories(count) {
  const random = random_numbers(5);
  return Array.from({ length: count }, (_none, place) => [
    `organisation-${place}/a-repository-with-a-rather-long-name-${Math.round(random() * 1000)}`,
    Math.round(4200 / (1 + place * 0.6)),
  ]);
}

const kTyped = [kTime, { name: 'type', type: 'varchar' }, kEvents];

const kActivity = {
  title: 'Activity',
  tiles: [
    tile('Events', { type: 'number', y: 'events', unit: 'events' }, [kEvents], [[1234567]], {
      width: 3,
    }),
    tile(
      'Repositories',
      { type: 'number', y: 'repositories' },
      [{ name: 'repositories', type: 'bigint' }],
      [[48211]],
      {
        width: 3,
        description: 'With at least one event',
      },
    ),
    tile(
      'Beyond 2^53',
      { type: 'number', y: 'n' },
      [{ name: 'n', type: 'hugeint' }],
      [['9007199254740993123']],
      { width: 3 },
    ),
    tile(
      'Nothing known',
      { type: 'number', y: 'n', unit: 's' },
      [{ name: 'n', type: 'double' }],
      [[null]],
      { width: 3 },
    ),
    tile(
      'Events per hour by type',
      { type: 'stacked_bar', x: 'hour', y: 'events', series: 'type', unit: 'events' },
      kTyped,
      hourly_by_type(72, kEventTypes, 1),
      { width: 12, description: 'Each bar is one hour, in UTC' },
    ),
    tile(
      'Top repositories',
      { type: 'bar', x: 'repo', y: 'events', sort: '-events' },
      [{ name: 'repo', type: 'varchar' }, kEvents],
      top_repositories(20),
      { width: 6 },
    ),
    tile(
      'Contributors',
      { type: 'table' },
      [
        { name: 'actor_id', type: 'bigint' },
        { name: 'actor', type: 'varchar' },
        { name: 'profile', type: 'varchar' },
        { name: 'share', type: 'double' },
        { name: 'events', type: 'bigint' },
        { name: 'last_seen', type: 'timestamp with time zone' },
      ],
      [
        [2489651045, 'octocat', 'https://example.org/octocat', 0.123456, 1234, instant(20)],
        [2489651051, null, 'javascript:alert(1)', null, 99, null],
        [7, kHostile, 'https://example.org/"><b>', -3, '9007199254740993', instant(2)],
        ...Array.from({ length: 40 }, (_none, place) => [
          1000 + place,
          `actor-${place}`,
          `https://example.org/${place}`,
          place / 7,
          90 - place,
          instant(place),
        ]),
      ],
      { width: 6 },
    ),
    tile(
      'Share of pushes',
      { type: 'line', x: 'hour', y: 'share', unit: '%' },
      [kTime, { name: 'share', type: 'double' }],
      Array.from({ length: 30 }, (_none, hour) => [
        instant(hour),
        hour === 11 || hour === 13 ? null : 48 + 7 * Math.sin(hour / 3),
      ]),
      { width: 6 },
    ),
    tile(
      'Main types',
      { type: 'line', x: 'hour', y: 'events', series: 'type' },
      kTyped,
      hourly_by_type(48, kEventTypes.slice(0, 4), 2),
      { width: 6 },
    ),
  ],
};

const kShapes = {
  title: 'All shapes',
  tiles: [
    tile(
      'Pushes and forks',
      { type: 'area', x: 'hour', y: 'events', series: 'type' },
      kTyped,
      hourly_by_type(48, ['PushEvent', 'ForkEvent', 'GollumEvent'], 3),
      { width: 6 },
    ),
    tile(
      'Visitors',
      { type: 'area', x: 'day', y: 'visitors' },
      [
        { name: 'day', type: 'date' },
        { name: 'visitors', type: 'integer' },
      ],
      Array.from({ length: 120 }, (_none, day) => [date(day), 400 + ((day * 37) % 90)]),
      { width: 6 },
    ),
    tile(
      'By weekday and hour',
      { type: 'heatmap', x: 'hour_of_day', y: 'events', series: 'weekday', unit: 'events' },
      [{ name: 'weekday', type: 'varchar' }, { name: 'hour_of_day', type: 'integer' }, kEvents],
      ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'].flatMap(
        (day, place) =>
          Array.from({ length: 24 }, (_none, hour) => [
            day,
            hour,
            hour === 3 && place === 2
              ? null
              : 900 + Math.round(800 * Math.sin((hour - 6) / 4)) - place * 40,
          ]),
      ),
      { width: 8 },
    ),
    tile(
      'Ratings',
      { type: 'bar', x: 'rating', y: 'users' },
      [
        { name: 'rating', type: 'integer' },
        { name: 'users', type: 'bigint' },
      ],
      [
        [1, 10],
        [2, 20],
        [3, 80],
        [4, 160],
        [5, 40],
      ],
      { width: 4 },
    ),
    tile(
      'Stars against forks',
      { type: 'scatter', x: 'stars', y: 'forks', series: 'language' },
      [
        { name: 'stars', type: 'bigint' },
        { name: 'forks', type: 'bigint' },
        { name: 'language', type: 'varchar' },
      ],
      scatter_rows(400),
      { width: 6 },
    ),
    tile(
      'By language',
      { type: 'bar', x: 'language', y: ['opened', 'closed'] },
      [
        { name: 'language', type: 'varchar' },
        { name: 'opened', type: 'bigint' },
        { name: 'closed', type: 'bigint' },
      ],
      [
        ['Go', 120, 90],
        ['C++', 80, 85],
        [null, 30, null],
        ['Rust', 200, 150],
      ],
      { width: 6 },
    ),
    tile(
      'Papers per year',
      { type: 'line', x: 'year', y: 'papers' },
      [
        { name: 'year', type: 'integer' },
        { name: 'papers', type: 'bigint' },
      ],
      Array.from({ length: 12 }, (_none, place) => [2009 + place, 1200 * (place + 1) ** 2]),
      { width: 6 },
    ),
    tile(
      'Revenue per day',
      { type: 'bar', x: 'day', y: 'revenue', unit: '€' },
      [
        { name: 'day', type: 'date' },
        { name: 'revenue', type: 'decimal(12,2)' },
      ],
      Array.from({ length: 14 }, (_none, day) => [
        date(day),
        (100 + ((day * 53) % 71) + 0.5).toFixed(2),
      ]),
      { width: 6 },
    ),
    tile(
      'Two hours',
      { type: 'stacked_bar', x: 'hour', y: 'events', series: 'type' },
      kTyped,
      hourly_by_type(2, kEventTypes, 4),
      { width: 6 },
    ),
    tile(
      'One hour',
      { type: 'line', x: 'hour', y: 'events', series: 'type' },
      kTyped,
      hourly_by_type(1, kEventTypes, 4),
      { width: 6 },
    ),
    tile(
      'Types with a null',
      { type: 'stacked_bar', x: 'org', y: 'events', series: 'type', sort: '-events' },
      [{ name: 'org', type: 'varchar' }, { name: 'type', type: 'varchar' }, kEvents],
      [
        ['alpha', 'PushEvent', 5],
        ['beta', 'PushEvent', 9],
        ['beta', null, 4],
        [null, 'PushEvent', 7],
        ['null', 'ForkEvent', 1],
      ],
      { width: 6 },
    ),
    tile('Nothing found', { type: 'line', x: 'hour', y: 'events' }, [kTime, kEvents], [], {
      width: 6,
    }),
  ],
};

function scatter_rows(count) {
  const random = random_numbers(7);
  return Array.from({ length: count }, (_none, place) => {
    const stars = Math.round(10 + 20000 * random() ** 3);
    return [stars, Math.round(stars * (0.1 + 0.3 * random())), ['C++', 'Rust', 'Go'][place % 3]];
  });
}

function frame(title, pages) {
  return {
    title,
    description: 'What happened on GitHub in the first days of 2015',
    project: 'gharchive',
    exported_at: '2015-01-03T00:00:00Z',
    generator: 'Tidemill 0.1',
    tables: [
      { name: 'mart.hourly_activity', version: 3, committed_at: '2015-01-02T23:58:11Z' },
      { name: 'mart.top_repositories', version: 12 },
    ],
    pages,
  };
}

/** Two pages that draw every chart type. */
export const kEveryChart = frame('GitHub activity', [kActivity, kShapes]);

/** Text that would be markup, wherever a dashboard can hold text. */
export const kHostileDashboard = {
  ...frame(kHostile, [
    {
      title: kHostile,
          tiles: ['bar', 'line', 'stacked_bar', 'heatmap'].map((type) =>
        tile(
          `${type} ${kHostile}`,
          { type, x: kHostile, y: 'n', series: 's', unit: kHostile },
          [
            { name: kHostile, type: 'varchar' },
            { name: 's', type: 'varchar' },
            { name: 'n', type: 'bigint' },
          ],
          [
            [kHostile, kHostile, 1],
            ['__proto__', 'constructor', 2],
            ['{missing|x}', '', 3],
          ],
          { description: kHostile, sql: kHostile },
        ),
      ),
    },
    { title: kHostile, tiles: [] },
  ]),
  description: kHostile,
  project: kHostile,
  generator: kHostile,
  tables: [{ name: kHostile, version: 1, committed_at: kHostile }],
};

/** Tiles that cannot be drawn, each with the words its message must have, and its state unless that is `error`. */
export const kUndrawable = [
  {
    tile: tile('Table to come', { type: 'line', x: 'hour', y: 'events' }, [], [], {
      error: { message: "the table was not built yet: 'mart.x'", not_built: true },
    }),
    words: 'Not built yet',
    state: 'waiting',
  },
  {
    tile: tile('Failed query', { type: 'line', x: 'hour', y: 'events' }, [], [], {
      error: { message: "table gone: 'mart.x'" },
    }),
    words: 'table gone',
  },
  {
    tile: tile(
      'No such column',
      { type: 'line', x: 'houur', y: 'events' },
      [kTime, kEvents],
      [[instant(0), 1]],
    ),
    words: "no column 'houur'",
  },
  {
    tile: tile(
      'Text as y',
      { type: 'bar', x: 'events', y: 'type' },
      [{ name: 'type', type: 'varchar' }, kEvents],
      [['a', 1]],
    ),
    words: 'numeric column',
  },
  {
    tile: tile(
      'Unknown chart',
      { type: 'pie', x: 'hour', y: 'events' },
      [kTime, kEvents],
      [[instant(0), 1]],
    ),
    words: "'pie'",
  },
];

export const kUndrawableDashboard = frame('Undrawable', [
  { title: 'Page', tiles: kUndrawable.map((one) => one.tile) },
]);

const kNames = Array.from(
  { length: 40 },
  (_none, place) => `Image-to-Text Retrieval With Rather Many Words ${place + 1}`,
);
const kMonth = { name: 'month', type: 'varchar' };
const kTask = { name: 'task', type: 'varchar' };
const kPapers = { name: 'papers', type: 'bigint' };

function papers_by_month(count, months = 24) {
  const random = random_numbers(11);
  return Array.from({ length: months }, (_none, place) => place).flatMap((month) =>
    kNames
      .slice(0, count)
      .map((name, place) => [
        `${2014 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`,
        name,
        Math.round((400 / (1 + place)) * (0.7 + 0.6 * random())),
      ]),
  );
}

/** More names and series than a chart can show, and names that are too long for their place. */
export const kCrowded = frame('Crowded', [
  {
    title: 'Crowded',
    tiles: [
      ...['stacked_bar', 'area', 'line', 'bar'].map((type) =>
        tile(
          `Papers per month, ${type}`,
          { type, x: 'month', y: 'papers', series: 'task', unit: 'papers' },
          [kMonth, kTask, kPapers],
          papers_by_month(type === 'bar' ? 5 : 40),
          { width: 6 },
        ),
      ),
      tile(
        'Papers per task and year',
        { type: 'stacked_bar', x: 'task', y: 'papers', series: 'year', sort: '-papers' },
        [{ name: 'year', type: 'integer' }, kTask, kPapers],
        kNames.flatMap((name, place) => [2014, 2015, 2016].map((year) => [year, name, 50 - place])),
        { width: 6 },
      ),
      tile(
        'Long names',
        { type: 'bar', x: 'task', y: ['papers', 'authors'] },
        [kTask, kPapers, { name: 'authors', type: 'bigint' }],
        kNames.slice(0, 4).map((name, place) => [name, 10 + place, place === 2 ? null : 30]),
        { width: 6 },
      ),
      tile(
        'Heatmap of tasks',
        { type: 'heatmap', x: 'task', y: 'papers', series: 'month' },
        [kMonth, kTask, kPapers],
        papers_by_month(40, 70),
        { width: 12 },
      ),
      tile(
        'Scatter of tasks',
        { type: 'scatter', x: 'month', y: 'papers', series: 'task' },
        [kMonth, kTask, kPapers],
        papers_by_month(20),
        { width: 6 },
      ),
      tile(
        'Only null',
        { type: 'line', x: 'month', y: 'papers' },
        [kMonth, kPapers],
        [
          ['2014-01', null],
          ['2014-02', null],
        ],
        { width: 6 },
      ),
      tile(
        'No month',
        { type: 'line', x: 'hour', y: 'events' },
        [kTime, kEvents],
        [[null, 3]],
        { width: 6 },
      ),
      tile(
        'Decades',
        { type: 'bar', x: 'decade', y: 'works', unit: 'works' },
        [
          { name: 'decade', type: 'integer' },
          { name: 'works', type: 'bigint' },
        ],
        Array.from({ length: 52 }, (_none, place) => [1500 + place * 10, 1.17 ** place]),
        { width: 6 },
      ),
    ],
  },
]);

/** As many rows as a tile can have, and one wide bar chart of more bars than are drawn. */
export const kLargeDashboard = frame('Large', [
  {
    title: 'Large',
      tiles: [
      tile(
        'Scatter of 5,000',
        { type: 'scatter', x: 'stars', y: 'forks', series: 'language' },
        kShapes.tiles[4].columns,
        scatter_rows(5000),
        { total_rows: 12345, truncated: true },
      ),
      tile(
        'Line of 5,000',
        { type: 'line', x: 'hour', y: 'events' },
        [kTime, kEvents],
        Array.from({ length: 5000 }, (_none, hour) => [instant(hour), 500 + ((hour * 7919) % 331)]),
      ),
      tile(
        'Table of 5,000',
        { type: 'table' },
        kTyped,
        hourly_by_type(700, kEventTypes, 8).slice(0, 5000),
      ),
      tile(
        'Bars of 300',
        { type: 'bar', x: 'repo', y: 'events' },
        [{ name: 'repo', type: 'varchar' }, kEvents],
        top_repositories(300),
      ),
      tile(
        'Heatmap of 5,000',
        { type: 'heatmap', x: 'hour', y: 'events', series: 'type' },
        kTyped,
        hourly_by_type(357, kEventTypes, 8),
      ),
    ],
  },
]);

const kLanguages = ['C++', 'Go', 'Rust'];
const kYears = ['2014', '2015'];

/** The stars of each language and year; all is the sum, as the SQL would have it. */
function star_rows(language, year) {
  const rows = [];
  for (let month = 0; month < 12; month += 1) {
    let stars = 0;
    kLanguages.forEach((one, place) => {
      kYears.forEach((other, later) => {
        const here = (language ?? one) === one && (year ?? other) === other;
        if (here) stars += (place + 1) * 100 + later * 10 + month;
      });
    });
    rows.push([`${year ?? '2014'}-${String(month + 1).padStart(2, '0')}-01`, stars]);
  }
  return rows;
}

function stars_result(language, year) {
  const rows = star_rows(language, year);
  return {
    columns: [
      { name: 'month', type: 'date' },
      { name: 'stars', type: 'bigint' },
    ],
    rows,
    total_rows: rows.length,
    truncated: false,
  };
}

function total_result(language) {
  const stars = star_rows(language).reduce((sum, row) => sum + row[1], 0);
  return { columns: [{ name: 'stars', type: 'bigint' }], rows: [[stars]], total_rows: 1 };
}

function filtered_tile(title, chart, filters, results) {
  const { rows: _rows, columns: _columns, ...frame } = tile(title, chart, [], [], { width: 6 });
  return { ...frame, filters, results, result_of: results.map((_one, index) => index) };
}

/** A page of two filters, and one of none. Tiles take both, one or none of the filters. */
export const kFiltered = frame('Stars', [
  {
    title: 'Languages',
    filters: [
      {
        name: 'language',
        title: 'Language',
        kind: 'value',
        choices: ['all', ...kLanguages, kHostile],
        default: 0,
        left_out: 17,
      },
      {
        name: 'year',
        title: 'Year',
        kind: 'time_range',
        choices: ['all', ...kYears],
        default: 2,
        left_out: 0,
      },
      {
        name: 'owner',
        title: 'Owner',
        kind: 'value',
        choices: ['all'],
        default: 0,
        left_out: 0,
        error: { message: "table not built yet: 'mart.owners'" },
      },
    ],
    tiles: [
      filtered_tile(
        'Stars per month',
        { type: 'bar', x: 'month', y: 'stars', unit: 'stars' },
        [0, 1],
        [undefined, ...kLanguages, kHostile].flatMap((language) =>
          [undefined, ...kYears].map((year) =>
            language === kHostile
              ? { columns: stars_result().columns, rows: [], total_rows: 0 }
              : stars_result(language, year),
          ),
        ),
      ),
      filtered_tile(
        'Stars',
        { type: 'number', y: 'stars' },
        [0],
        [undefined, ...kLanguages, kHostile].map((language) => total_result(language)),
      ),
      tile('Repositories', { type: 'table' }, [{ name: 'n', type: 'bigint' }], [[3]]),
    ],
  },
  { title: 'Other', tiles: [tile('n', { type: 'table' }, [{ name: 'n', type: 'bigint' }], [[4]])] },
]);

/** What the fixture's SQL answers for a choice of language and year. */
export const kStars = { rows: star_rows, total: (language) => total_result(language).rows };
