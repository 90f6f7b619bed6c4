/** What a page's filters let its reader choose, and the tiles of each choice. */
import type { FilteredTile, Filter, Page, Tile } from './dashboard.ts';

/** One index into the choices of each filter of a page; 0 is all. */
export type Choices = readonly number[];

/** Names a choice: the first of each filter is all, and an empty text cannot be seen. */
export function choice_label(filter: Filter, choice: number): string {
  if (choice === 0) return 'All';
  return filter.choices[choice] || '(empty)';
}

/** Reads the choices that an address names, as `task=Vision&year=2015`; others are the default. */
export function choices_in(page: Page, query: string): Choices {
  const named = new URLSearchParams(query);
  return (page.filters ?? []).map((filter) => {
    const label = named.get(filter.name);
    const found = label === null ? -1 : filter.choices.indexOf(label);
    return found < 0 ? filter.default : found;
  });
}

/** Writes the choices that are not the default for an address: what `choices_in` reads. */
export function query_of(page: Page, choices: Choices): string {
  const named = new URLSearchParams();
  (page.filters ?? []).forEach((filter, index) => {
    const choice = choices[index] ?? 0;
    if (choice !== filter.default) named.set(filter.name, filter.choices[choice] ?? '');
  });
  return named.toString();
}

/** Gives a tile as it is for these choices of its page's filters. */
export function tile_at(page: Page, tile: Tile | FilteredTile, choices: Choices): Tile {
  const mark = marks_of(page, tile, choices);
  if (!is_filtered(tile)) return { ...tile, ...mark };
  let combination = 0;
  for (const index of tile.filters) {
    const count = page.filters?.[index]?.choices.length ?? 1;
    combination = combination * count + (choices[index] ?? 0);
  }
  return { ...result_at(tile, tile.result_of[combination] ?? 0), ...mark };
}

/** Gives a tile once for each result that it has. */
export function every_result(tile: Tile | FilteredTile): Tile[] {
  if (!is_filtered(tile)) return [tile];
  return tile.results.map((_result, index) => result_at(tile, index));
}

function is_filtered(tile: Tile | FilteredTile): tile is FilteredTile {
  return 'results' in tile;
}

function result_at(tile: FilteredTile, index: number): Tile {
  const { title, description, sql, width, chart, results } = tile;
  const result = results[index] ?? { columns: [], rows: [] };
  return { title, description, sql, width, chart, ...result };
}

/** Says which choices a tile follows, and which it does not take. */
function marks_of(
  page: Page,
  tile: Tile | FilteredTile,
  choices: Choices,
): Pick<Tile, 'chosen' | 'not_taken'> {
  const followed: string[] = [];
  const others: string[] = [];
  (page.filters ?? []).forEach((filter, index) => {
    const choice = choices[index] ?? 0;
    if (choice === 0) return;
    const taken = is_filtered(tile) && tile.filters.includes(index);
    if (taken) followed.push(`${filter.title}: ${choice_label(filter, choice)}`);
    else others.push(filter.title);
  });
  return {
    ...(followed.length > 0 ? { chosen: followed.join(', ') } : {}),
    ...(others.length > 0 ? { not_taken: `Not filtered by ${others.join(', ')}` } : {}),
  };
}
