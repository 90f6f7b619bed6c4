// Pages as a reader gets them: files from disk, opened in Chromium.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import {
  kEveryChart,
  kFiltered,
  kHostile,
  kHostileDashboard,
  kLargeDashboard,
  kStars,
  kUndrawable,
  kUndrawableDashboard,
  write_page,
} from './fixtures.mjs';
import {
  faults_of,
  faults_of_choices,
  go_to_page,
  open_page,
  overflow_of,
  page_addresses,
  read_tiles,
  start_browser,
  wait_until_ready,
} from './inspect_page.mjs';

const kTemplate = resolve(import.meta.dirname, '../dist/dashboard.html');
const kLargestPage = 900_000;

let browser;
let folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemill-web-'));
  browser = await start_browser();
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** Opens a dashboard, hands its page to `look`, and expects that nothing went wrong meanwhile. */
async function with_page(dashboard, options, look) {
  const file = join(folder, 'page.html');
  write_page(dashboard, kTemplate, file);
  const { page, problems } = await open_page(browser, file, options);
  try {
    await look(page);
    assert.deepEqual(problems, []);
  } finally {
    await page.close();
  }
}

/** The values of a tile's rows in the columns named, as the query gave them. */
function rows_in(tile, names) {
  const indices = names.map((name) => tile.columns.findIndex((column) => column.name === name));
  return tile.rows.map((row) => indices.map((index) => row[index]));
}

function tile_named(title) {
  return `[data-tile="${title}"]`;
}

/** The heights in pixels of a tile's filled shapes of one colour, from left to right. */
function shape_heights(page, title, colour) {
  return page.$$eval(`${tile_named(title)} .chart svg path[fill="${colour}"]`, (paths) =>
    paths
      .map((path) => path.getBoundingClientRect())
      .sort((a, b) => a.left - b.left)
      .map((box) => box.height),
  );
}

test('The page is one small file that asks for nothing.', () => {
  const text = readFileSync(kTemplate, 'utf8');
  assert.ok(
    Buffer.byteLength(text) < kLargestPage,
    `the page has ${Buffer.byteLength(text)} bytes`,
  );
  assert.equal(/<script[^>]+src=|<link[^>]+stylesheet/.test(text), false);
  assert.match(text, /Content-Security-Policy" content="default-src 'none'/);
});

for (const width of [1280, 820, 390]) {
  for (const dark of [false, true]) {
    test(`Every chart is drawn at ${width} pixels, ${dark ? 'dark' : 'light'}, with the numbers of its query.`, () =>
      with_page(kEveryChart, { width, dark }, async (page) => {
        const addresses = await page_addresses(page);
        assert.equal(addresses.length, kEveryChart.pages.length);
        for (const [place, address] of addresses.entries()) {
          await go_to_page(page, address);
          const tiles = await read_tiles(page);
          assert.deepEqual(faults_of(tiles), []);
          assert.equal(await overflow_of(page), 0);
          for (const [index, expected] of kEveryChart.pages[place].tiles.entries()) {
            const tile = tiles[index];
            assert.equal(tile.title, expected.title);
            assert.equal(tile.state, expected.rows.length === 0 ? 'empty' : 'drawn');
            assert.deepEqual(tile.rows, rows_in(expected, tile.columns), expected.title);
          }
        }
      }));
  }
}

test('Bars are as high as their numbers.', () =>
  with_page(kEveryChart, {}, async (page) => {
    await go_to_page(page, '#all-shapes');
    const heights = await shape_heights(page, 'Ratings', '#2b6cb8');
    const numbers = [10, 20, 80, 160, 40];
    assert.equal(heights.length, numbers.length);
    const scale = heights[3] / 160;
    for (const [index, number] of numbers.entries()) {
      assert.ok(
        Math.abs(heights[index] - number * scale) < 1.5,
        `bar ${index} is ${heights[index]} high`,
      );
    }
  }));

test('Hiding a series from the keyboard takes its part out of the stack.', () =>
  with_page(kEveryChart, {}, async (page) => {
    await go_to_page(page, '#all-shapes');
    const fork = '#cc4b3d';
    assert.equal((await shape_heights(page, 'Types with a null', fork)).length, 1);
    const entry = page.locator(`${tile_named('Types with a null')} .legend-entry`, {
      hasText: 'ForkEvent',
    });
    await entry.focus();
    await page.keyboard.press('Enter');
    assert.equal(await entry.getAttribute('aria-pressed'), 'false');
    assert.equal((await shape_heights(page, 'Types with a null', fork)).length, 0);
  }));

test('A page that holds as many rows as it may is drawn, and says what it leaves out.', () =>
  with_page(kLargeDashboard, {}, async (page) => {
    const tiles = await read_tiles(page);
    assert.deepEqual(faults_of(tiles), []);
    assert.deepEqual(tiles.map((tile) => tile.rows.length).slice(0, 4), [5000, 5000, 5000, 30]);
    const notices = await page.$$eval('.notice', (texts) => texts.map((text) => text.textContent));
    assert.deepEqual(notices, [
      'Made of the first 5,000 of 12,345 rows.',
      'The first 30 of 300 by repo. All are under Data.',
    ]);
  }));

for (const width of [1280, 390]) {
  test(`Text that looks like markup stays text at ${width} pixels.`, () =>
    with_page(kHostileDashboard, { width }, async (page) => {
      assert.deepEqual(faults_of(await read_tiles(page)), []);
      assert.equal(await page.locator('h1').textContent(), kHostile);
      await page.locator('.data-button').first().click();
      assert.equal(await page.locator('dialog pre').textContent(), kHostile);
      await page.keyboard.press('Escape');
      const box = await page.locator('.chart').first().boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.waitForSelector('.tooltip');
      assert.equal(await page.locator('img, #page b, #page script').count(), 0);
      assert.equal(await overflow_of(page), 0);
    }));
}

test('A tile that cannot be drawn says why, and the others stand.', () =>
  with_page(kUndrawableDashboard, {}, async (page) => {
    const tiles = await read_tiles(page);
    for (const [index, { words, state = 'error' }] of kUndrawable.entries()) {
      assert.equal(tiles[index].state, state);
      assert.ok(tiles[index].message.includes(words), tiles[index].message);
    }
  }));

test('A page without data says how to make one.', async () => {
  const { page } = await open_page(browser, kTemplate);
  assert.match(await page.innerText('#page'), /tidemill export/);
  await page.close();
});

test('The tooltip names the place, each value with its unit, and the total.', () =>
  with_page(kEveryChart, {}, async (page) => {
    const chart = await page
      .locator(`${tile_named('Events per hour by type')} .chart`)
      .boundingBox();
    await page.mouse.move(chart.x + chart.width / 2, chart.y + chart.height / 2);
    const text = await page.locator('.tooltip').first().innerText();
    assert.match(text, /^\d Jan 2015, \d\d:00 UTC/);
    assert.match(text, /PushEvent\s+[\d,]+ events/);
    assert.match(text, /Total\s+[\d,]+ events/);
  }));

test('A table sorts by its columns, numbers by size, NULL last.', () =>
  with_page(kEveryChart, {}, async (page) => {
    const table = page.locator(`${tile_named('Contributors')} table`);
    const first = async () =>
      JSON.parse(
        await table.locator('tbody tr').first().locator('td').nth(4).getAttribute('data-value'),
      );
    await table.getByRole('button', { name: 'events' }).click();
    assert.equal(await first(), '9007199254740993');
    assert.equal(await table.locator('th').nth(4).getAttribute('aria-sort'), 'descending');
    await table.getByRole('button', { name: 'share' }).click();
    assert.equal(await table.locator('tbody tr').last().locator('td').nth(3).textContent(), 'null');
    const links = await table
      .locator('a')
      .evaluateAll((anchors) => anchors.map((anchor) => anchor.protocol));
    assert.deepEqual([...new Set(links)], ['https:']);
  }));

test('The data behind a tile opens and closes by keyboard, and can be saved.', () =>
  with_page(kEveryChart, {}, async (page) => {
    const button = page.locator(`${tile_named('Top repositories')} .data-button`);
    await button.focus();
    await page.keyboard.press('Enter');
    const dialog = page.locator('dialog');
    assert.match(await dialog.locator('pre').textContent(), /^SELECT repo, events/);
    assert.equal(await dialog.locator('tbody tr').count(), 20);
    const saving = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Save as CSV' }).click();
    const saved = readFileSync(await (await saving).path(), 'utf8');
    assert.match(saved, /^repo,events\r\norganisation-0/);
    await page.keyboard.press('Escape');
    assert.equal(await dialog.count(), 0);
    assert.ok(await button.evaluate((element) => element === document.activeElement));
  }));

test('The look chosen is kept, and the address names the page shown.', () =>
  with_page(kEveryChart, {}, async (page) => {
    await go_to_page(page, '#all-shapes');
    await page.locator('[data-theme-button]').click();
    await page.reload();
    await wait_until_ready(page);
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    assert.equal(await page.locator('nav a[aria-current="page"]').textContent(), 'All shapes');
    assert.equal((await shape_heights(page, 'Ratings', '#5b9fe6')).length, 5);
  }));

test('A chart follows the width of its tile.', () =>
  with_page(kEveryChart, {}, async (page) => {
    const chart = `${tile_named('Events per hour by type')} .chart`;
    await page.setViewportSize({ width: 500, height: 800 });
    await page.waitForFunction((selector) => {
      const element = document.querySelector(selector);
      return Number(element.querySelector('svg').getAttribute('width')) === element.clientWidth;
    }, chart);
    assert.equal(await overflow_of(page), 0);
  }));

/** Reads the tiles of the page shown, by title. */
async function tiles_by_title(page) {
  return Object.fromEntries((await read_tiles(page)).map((tile) => [tile.title, tile]));
}

/** Chooses by label, as a reader does. */
function choose(page, filter, label) {
  return page.locator(`select[data-filter="${filter}"]`).selectOption({ label });
}

for (const [width, dark] of [
  [1280, false],
  [390, true],
]) {
  test(`A choice changes the tiles that take it, at ${width} pixels.`, () =>
    with_page(kFiltered, { width, dark }, async (page) => {
      const before = await tiles_by_title(page);
      assert.deepEqual(before['Stars per month'].rows, kStars.rows(undefined, '2015'));
      assert.deepEqual(before.Stars.rows, kStars.total());
      await choose(page, 'language', 'Go');
      const after = await tiles_by_title(page);
      assert.deepEqual(after['Stars per month'].rows, kStars.rows('Go', '2015'));
      assert.deepEqual(after.Stars.rows, kStars.total('Go'));
      assert.deepEqual(after.Repositories.rows, [[3]]);
      const note = page.locator(`${tile_named('Repositories')} .not-taken`);
      assert.equal(await note.textContent(), 'Not filtered by Language, Year');
      await choose(page, 'year', 'All');
      assert.deepEqual((await tiles_by_title(page))['Stars per month'].rows, kStars.rows('Go'));
      assert.deepEqual(faults_of(await read_tiles(page)), []);
      assert.equal(await overflow_of(page), 0);
    }));
}

test('A tile that some choice breaks is found by trying all of them.', async () => {
  const broken = structuredClone(kFiltered);
  const [tile] = broken.pages[0].tiles;
  tile.results[4] = { columns: [], rows: [[1]], total_rows: 1 };
  const file = join(folder, 'broken.html');
  write_page(broken, kTemplate, file);
  const { page } = await open_page(browser, file);
  assert.deepEqual(faults_of(await read_tiles(page)), []);
  const place = "tile 'Stars per month' is error for";
  assert.deepEqual(await faults_of_choices(page), []);
  await choose(page, 'language', 'C++');
  assert.deepEqual(await faults_of_choices(page), [`${place} year = '2014'`]);
  await page.close();
});

test('Choices stand in the address, outlive a reload, and are those of one page.', () =>
  with_page(kFiltered, {}, async (page) => {
    await choose(page, 'language', 'C++');
    assert.match(page.url(), /#languages\?language=C%2B%2B$/);
    await page.reload();
    await wait_until_ready(page);
    assert.deepEqual((await tiles_by_title(page)).Stars.rows, kStars.total('C++'));
    assert.equal(await page.locator('nav a[aria-current="page"]').textContent(), 'Languages');
    await go_to_page(page, '#other');
    assert.equal(await page.locator('select').count(), 0);
    assert.deepEqual((await tiles_by_title(page)).n.rows, [[4]]);
  }));

test('A choice without rows, values left out and a filter that failed are said.', () =>
  with_page(kFiltered, {}, async (page) => {
    await choose(page, 'language', kHostile);
    const shown = await tiles_by_title(page);
    assert.equal(shown['Stars per month'].state, 'empty');
    assert.match(shown['Stars per month'].message, /nothing for Language: <\/script>/);
    const options = page.locator('select[data-filter="language"] option');
    assert.equal(await options.last().textContent(), '17 values more not listed');
    assert.ok(await page.locator('select[data-filter="owner"]').isDisabled());
    assert.match(await page.locator('.filter-error').textContent(), /Owner.*mart\.owners/);
  }));
