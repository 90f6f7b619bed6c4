/**
 * The colours of one look of the page, read by charts; those of the page itself are in style.css.
 */
export interface Look {
  name: 'light' | 'dark';
  ink: string;
  muted: string;
  line: string;
  surface: string;
  /** Two rounds of eight hues: strong, then soft. Neighbours differ in hue and in lightness. */
  series: readonly string[];
  /** For the series of rows whose series column is NULL. */
  missing: string;
  /** For the sum of the series that have no colour of their own. */
  others: string;
  /** Shades of a heatmap, least to most. */
  shades: readonly string[];
}

export const kLight: Look = {
  name: 'light',
  ink: '#1c2530',
  muted: '#5d6b7a',
  line: '#e3e8ee',
  surface: '#ffffff',
  series: [
    '#2b6cb8',
    '#e08a2c',
    '#2a9d8a',
    '#b8497f',
    '#7358b8',
    '#a08a12',
    '#cc4b3d',
    '#3f4f63',
    '#8ab6e8',
    '#f2c48c',
    '#8fd1c4',
    '#e3a3c4',
    '#b9a8e6',
    '#d8c96a',
    '#efa79f',
    '#a3b1c2',
  ],
  missing: '#9aa5b1',
  others: '#d3dae2',
  shades: ['#edf3fa', '#c6dcf2', '#8cb9e3', '#4a8bcb', '#235f9f', '#123a66'],
};

export const kDark: Look = {
  name: 'dark',
  ink: '#e7ecf2',
  muted: '#9caab9',
  line: '#2b3644',
  surface: '#18212c',
  series: [
    '#5b9fe6',
    '#eda24f',
    '#43bfa9',
    '#dd74a8',
    '#9d85e3',
    '#cdb63c',
    '#e8766a',
    '#a9b8ca',
    '#2f6199',
    '#96642a',
    '#257567',
    '#8a4468',
    '#5d4c91',
    '#7d6f22',
    '#93453d',
    '#5b6a7d',
  ],
  missing: '#6b7886',
  others: '#3a4655',
  shades: ['#1f2d3d', '#244669', '#2d679d', '#4690cf', '#86bdec', '#d3e8fb'],
};

/**
 * Gives each series name one place in the palette, the same in all charts of a dashboard. Names
 * that never meet in a chart may share a place, so that each chart uses the strong colours first.
 */
export class SeriesPlaces {
  private readonly places_ = new Map<string, number>();

  /** Takes the series names of each chart. */
  constructor(charts: readonly (readonly string[])[]) {
    const neighbours = new Map<string, Set<string>>();
    for (const name of charts.flat()) neighbours.set(name, new Set());
    for (const names of charts) {
      for (const name of names) names.forEach((other) => neighbours.get(name)?.add(other));
    }
    for (const [name, others] of neighbours) this.places_.set(name, this.free_place(others));
  }

  /** Gives the place of `name`, 0 being the first. */
  place_of(name: string): number {
    return this.places_.get(name) ?? 0;
  }

  private free_place(others: ReadonlySet<string>): number {
    const taken = new Set([...others].map((other) => this.places_.get(other)));
    let place = 0;
    while (taken.has(place)) place += 1;
    return place;
  }
}

/** Gives the colour of a place; beyond the last colour the palette starts again. */
export function colour_at(look: Look, place: number): string {
  return look.series[place % look.series.length] ?? look.ink;
}

const kSymbols = ['circle', 'rect', 'triangle', 'diamond'] as const;

/** Gives the marker of a place, so that lines can be told apart without colour. */
export function symbol_at(place: number): (typeof kSymbols)[number] {
  return kSymbols[place % kSymbols.length] ?? 'circle';
}

/** Gives the colour of text on the shade at `share` of the way from least (0) to most (1). */
export function ink_on_shade(look: Look, share: number): string {
  const strong = share > 0.5;
  if (look.name === 'light') return strong ? '#ffffff' : look.ink;
  return strong ? '#101820' : look.ink;
}
