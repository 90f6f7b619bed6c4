/** A value of a result: numbers beyond 2^53 come as text, instants as ISO 8601, lists as arrays. */
export type Value = string | number | boolean | null | Value[] | { [field: string]: Value };

export interface Column {
  name: string;
  /** The engine's type in lower case: `bigint`, `timestamp with time zone`, `decimal(10,2)`. */
  type: string;
}

export const kChartTypes = [
  'line',
  'area',
  'bar',
  'stacked_bar',
  'heatmap',
  'scatter',
  'number',
  'table',
] as const;

export type ChartType = (typeof kChartTypes)[number];

/** How a result is drawn. All but `type` and `unit` name columns of the result. */
export interface Chart {
  type: ChartType;
  x?: string;
  y?: string | string[];
  /** One series for each value of this column; in a heatmap one row for each. */
  series?: string;
  unit?: string;
  /** A column to order the categories by, descending with a leading `-`. */
  sort?: string;
}

/** What a tile's query returned. */
export interface Result {
  columns: Column[];
  rows: Value[][];
  /** How many rows the query has; `rows` holds the first of them when `truncated`. */
  total_rows?: number;
  truncated?: boolean;
  /** `not_built`: the query is well, but a table that it reads was not built yet. */
  error?: { message: string; not_built?: boolean };
}

interface TileFrame {
  title: string;
  description?: string;
  sql: string;
  /** Of 12 columns; 6 when absent. */
  width?: number;
  chart: Chart;
}

/** A tile with one result: what can be drawn. */
export interface Tile extends TileFrame, Result {
  /** The choices that the result follows, as `Task: Vision`. */
  chosen?: string;
  /** The choices that it does not follow, as `Not filtered by Year`. */
  not_taken?: string;
}

/** A tile with a result for every combination of its filters' choices. */
export interface FilteredTile extends TileFrame {
  /** Indices into the page's filters. */
  filters: number[];
  results: Result[];
  /** For each combination of choices the index of its result; the last filter changes first. */
  result_of: number[];
}

/** What the reader of a page may choose; the first choice is all. */
export interface Filter {
  name: string;
  title: string;
  kind: 'value' | 'time_range';
  choices: string[];
  /** Index of what is chosen at first. */
  default: number;
  /** How many more values there are than can be chosen. */
  left_out?: number;
  error?: { message: string };
}

export interface Page {
  title: string;
  filters?: Filter[];
  tiles: (Tile | FilteredTile)[];
}

/** A version of a table that tiles were made from. */
export interface TableVersion {
  name: string;
  version: number;
  committed_at?: string;
}

export interface Dashboard {
  title: string;
  description?: string;
  project?: string;
  exported_at?: string;
  generator?: string;
  tables?: TableVersion[];
  pages: Page[];
}

/**
 * Reads a dashboard from its JSON text.
 * Throws Error when the text is no JSON or holds no pages, which is so in a page not yet exported.
 */
export function read_dashboard(text: string): Dashboard {
  const value = JSON.parse(text) as Partial<Dashboard>;
  if (!Array.isArray(value.pages) || value.pages.length === 0) {
    throw new Error(
      'This page holds no dashboard. Make one with: tidemill export NAME -o FILE.html',
    );
  }
  return { ...value, title: value.title ?? 'Dashboard', pages: value.pages };
}
