import { series_names } from '../chart/drawing.ts';
import { SeriesPlaces, type Look } from '../chart/palette.ts';
import { choices_in, every_result, query_of, tile_at, type Choices } from '../choices.ts';
import type { Dashboard, Page, TableVersion } from '../dashboard.ts';
import { format_instant } from '../format.ts';
import { to_instant } from '../columns.ts';
import { slug } from './data_dialog.ts';
import { element } from './element.ts';
import { filter_bar } from './filters.ts';
import { Theme } from './theme.ts';
import { TileView } from './tile.ts';

/**
 * Shows a dashboard inside `root`: the page that the address names after `#`, or the first, and the
 * choices that it names after `?`. `data-ready` on the document's element is "true" whenever all
 * tiles of the page are drawn.
 */
export function show_dashboard(root: HTMLElement, dashboard: Dashboard): void {
  document.title = dashboard.title;
  const tiles = dashboard.pages.flatMap((page) => page.tiles.flatMap(every_result));
  const places = new SeriesPlaces(tiles.map(series_names));
  const filters = element('div', { id: 'filters' });
  const grid = element('main', { class: 'grid', id: 'tiles', tabindex: -1 });
  let views: TileView[] = [];
  const draw = (look: Look): void => {
    for (const view of views) view.draw(look);
    document.documentElement.dataset.ready = 'true';
  };
  const theme = new Theme(draw);
  const tabs = page_tabs(dashboard.pages);
  const show_page = (): void => {
    const { page, address, choices } = tabs.select(location.hash);
    for (const view of views) view.dispose();
    document.documentElement.dataset.ready = 'false';
    views = page.tiles.map((tile) => new TileView(tile_at(page, tile, choices), places));
    filters.replaceChildren(
      ...filter_bar(page.filters ?? [], choices, (chosen) => {
        const query = query_of(page, chosen);
        history.replaceState(null, '', query === '' ? address : `${address}?${query}`);
        page.tiles.forEach((tile, index) =>
          views[index]?.show(tile_at(page, tile, chosen), theme.look()),
        );
      }),
    );
    grid.replaceChildren(...views.map((view) => view.element));
    draw(theme.look());
  };
  root.replaceChildren(
    page_header(dashboard, theme),
    ...tabs.elements,
    filters,
    grid,
    page_footer(dashboard),
  );
  addEventListener('hashchange', show_page);
  show_page();
}

interface Selected {
  page: Page;
  /** `#…`, without choices. */
  address: string;
  choices: Choices;
}

interface Tabs {
  elements: HTMLElement[];
  /** Marks the page that an address's `#…` names, or the first, and gives it. */
  select(hash: string): Selected;
}

function page_tabs(pages: readonly Page[]): Tabs {
  const addresses = page_addresses(pages);
  const links = pages.map((page, index) => element('a', { href: addresses[index] }, page.title));
  const bar = element('nav', { class: 'tabs', 'aria-label': 'Pages' }, ...links);
  return {
    elements: pages.length > 1 ? [bar] : [],
    select(hash) {
      const [name = '', query = ''] = hash.split(/\?(.*)/s);
      const index = Math.max(0, addresses.indexOf(decode(name)));
      links.forEach((link, place) => {
        if (place === index) link.setAttribute('aria-current', 'page');
        else link.removeAttribute('aria-current');
      });
      const page = pages[index] ?? { title: '', tiles: [] };
      return { page, address: addresses[index] ?? '#', choices: choices_in(page, query) };
    },
  };
}

/** Pages of one title are told apart by their number. */
function page_addresses(pages: readonly Page[]): string[] {
  const names = pages.map((page) => slug(page.title));
  return names.map(
    (name, index) => `#${names.indexOf(name) === index ? name : `${name}-${index + 1}`}`,
  );
}

function decode(hash: string): string {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}

function page_header(dashboard: Dashboard, theme: Theme): HTMLElement {
  const { project, title, description } = dashboard;
  return element(
    'header',
    { class: 'page-header' },
    element(
      'div',
      {},
      ...(project === undefined ? [] : [element('p', { class: 'project' }, project)]),
      element('h1', {}, title),
      ...(description === undefined ? [] : [element('p', { class: 'description' }, description)]),
    ),
    theme.button(),
  );
}

function page_footer(dashboard: Dashboard): HTMLElement {
  const { exported_at, generator, tables } = dashboard;
  const made = [
    exported_at === undefined ? '' : `Made ${instant_text(exported_at)}`,
    generator === undefined ? '' : `by ${generator}`,
  ].filter((text) => text !== '');
  const footer = element('footer', { class: 'page-footer' });
  if (made.length > 0) footer.append(element('p', {}, made.join(' ')));
  if (tables !== undefined && tables.length > 0) footer.append(table_versions(tables));
  return footer;
}

function table_versions(tables: readonly TableVersion[]): HTMLElement {
  const items = tables.map((table) =>
    element(
      'li',
      {},
      element('code', {}, table.name),
      ` version ${table.version}`,
      table.committed_at === undefined ? '' : `, ${instant_text(table.committed_at)}`,
    ),
  );
  return element('div', {}, element('p', {}, 'From the tables'), element('ul', {}, ...items));
}

function instant_text(text: string): string {
  const instant = to_instant(text);
  return instant === null ? text : `${format_instant(instant, 'minute')} UTC`;
}
