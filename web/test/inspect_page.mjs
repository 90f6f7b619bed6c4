// Opens exported pages in Chromium and reads from them what a reader would see.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const kBrowsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Starts the browser named by TIDEMILL_CHROMIUM, or the system's. Throws when there is none. */
export function start_browser() {
  const named = process.env.TIDEMILL_CHROMIUM;
  const found = named ?? kBrowsers.find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error('no browser found: install chromium, or name one in TIDEMILL_CHROMIUM');
  }
  return chromium.launch({
    executablePath: found,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

/**
 * Opens a file as a page and waits until its tiles are drawn. `problems` gathers, for as long as
 * the page is open, console errors, uncaught errors, and requests for anything but the file itself.
 */
export async function open_page(browser, file, { width = 1280, height = 900, dark = false } = {}) {
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  const address = pathToFileURL(file).href;
  const problems = [];
  page.on('console', (entry) => {
    if (['error', 'warning'].includes(entry.type()))
      problems.push(`console ${entry.type()}: ${entry.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught error: ${error.message}`));
  page.on('dialog', (dialog) => {
    problems.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (url.split('#')[0] !== address && !url.startsWith('data:')) problems.push(`request: ${url}`);
  });
  await page.goto(address);
  await wait_until_ready(page);
  return { page, problems };
}

/** Waits until the tiles of the current page are drawn, or the page has said that it cannot be. */
export async function wait_until_ready(page) {
  await page.waitForFunction(() =>
    ['true', 'error'].includes(document.documentElement.dataset.ready ?? ''),
  );
}

/**
 * Gives the tiles of the current page: title, chart, state, the message of one that is not drawn,
 * the columns and rows of what was drawn (values as in the query's JSON), and how many shapes the
 * chart has.
 */
export function read_tiles(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('[data-tile]')].map((tile) => {
      const table = tile.querySelector('table[data-drawn]');
      const cells = (row) =>
        [...row.querySelectorAll('td')].map((cell) => JSON.parse(cell.dataset.value));
      return {
        title: tile.dataset.tile,
        chart: tile.dataset.chart,
        state: tile.dataset.state,
        message: tile.querySelector('.message')?.innerText ?? null,
        columns: [...(table?.querySelectorAll('th') ?? [])].map((cell) => cell.dataset.column ?? cell.textContent),
        rows: [...(table?.querySelectorAll('tbody tr') ?? [])].map(cells),
        shapes: tile.querySelectorAll('.chart svg path').length,
        broken_shapes: [...tile.querySelectorAll('.chart svg path')].filter((path) =>
          /NaN|Infinity/.test(path.getAttribute('d') ?? ''),
        ).length,
      };
    }),
  );
}

/**
 * Gives the addresses (`#…`) of a dashboard's pages; a dashboard of one page has the one address
 * ''.
 */
export async function page_addresses(page) {
  const found = await page.$$eval('nav.tabs a', (links) =>
    links.map((link) => link.getAttribute('href')),
  );
  return found.length === 0 ? [''] : found;
}

/** Goes to a page of the dashboard by its address and waits until it is drawn. */
export async function go_to_page(page, address) {
  if (address === '') return;
  await page.click(`nav.tabs a[href="${address}"]`);
  await page.waitForSelector(`nav.tabs a[href="${address}"][aria-current="page"]`);
  await wait_until_ready(page);
}

/** Says what is wrong with tiles that should all be drawn: nothing is an empty list. */
export function faults_of(tiles) {
  return tiles.flatMap((tile) => {
    const place = `tile '${tile.title}'`;
    if (tile.state === 'empty') return [];
    if (tile.state !== 'drawn') return [`${place} is ${tile.state}: ${tile.message}`];
    const drawn_by_library = !['table', 'number'].includes(tile.chart);
    return [
      ...(tile.rows.length === 0 ? [`${place} has no drawn values`] : []),
      ...(drawn_by_library && tile.shapes === 0 ? [`${place} is blank`] : []),
      ...(tile.broken_shapes > 0
        ? [`${place} has ${tile.broken_shapes} shapes without a place`]
        : []),
    ];
  });
}

/**
 * Chooses everything that each filter of the current page offers, the others at their first state,
 * and says which tiles could not be drawn then. The page is left as it was found.
 */
export function faults_of_choices(page) {
  return page.evaluate(() => {
    const faults = [];
    for (const filter of document.querySelectorAll('select[data-filter]')) {
      const first = filter.selectedIndex;
      const choose = (index) => {
        filter.selectedIndex = index;
        filter.dispatchEvent(new Event('change'));
      };
      for (const option of filter.options) {
        if (option.disabled) continue;
        choose(option.index);
        for (const tile of document.querySelectorAll('[data-tile]')) {
          if (['drawn', 'empty'].includes(tile.dataset.state)) continue;
          const choice = `${filter.dataset.filter} = '${option.textContent}'`;
          faults.push(`tile '${tile.dataset.tile}' is ${tile.dataset.state} for ${choice}`);
        }
      }
      choose(first);
    }
    return faults;
  });
}

/** Tells by how many CSS pixels the document is wider than the window. */
export function overflow_of(page) {
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}
