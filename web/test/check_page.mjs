// Checks an exported dashboard in a real browser:
//   node web/test/check_page.mjs FILE.html [--screenshot OUT.png] [--width N] [--dark] [--page N]
// Prints one JSON object a tile on stdout (page, title, chart, state, columns, rows). Exits with 1
// and the faults on stderr when a tile is not drawn, at first or for any choice of a filter, the
// console shows errors, or anything is asked of the network.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  faults_of,
  faults_of_choices,
  go_to_page,
  open_page,
  overflow_of,
  page_addresses,
  read_tiles,
  start_browser,
} from './inspect_page.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    screenshot: { type: 'string' },
    width: { type: 'string', default: '1280' },
    dark: { type: 'boolean', default: false },
    page: { type: 'string', default: '1' },
  },
});
const [file] = positionals;
if (file === undefined) {
  console.error(
    'usage: check_page.mjs FILE.html [--screenshot OUT.png] [--width N] [--dark] [--page N]',
  );
  process.exit(2);
}

const browser = await start_browser();
try {
  const { page, problems } = await open_page(browser, resolve(file), {
    width: Number(options.width),
    dark: options.dark,
  });
  const faults = await check_pages(page);
  if (options.screenshot !== undefined) await take_screenshot(page);
  for (const fault of [...faults, ...problems]) console.error(fault);
  process.exitCode = faults.length + problems.length === 0 ? 0 : 1;
} finally {
  await browser.close();
}

async function check_pages(page) {
  const failed = await page.$eval('html', (root) => root.dataset.ready === 'error');
  if (failed) return [`no dashboard: ${await page.innerText('#page')}`];
  const faults = [];
  for (const address of await page_addresses(page)) {
    await go_to_page(page, address);
    const tiles = await read_tiles(page);
    for (const { title, chart, state, message, columns, rows } of tiles) {
      console.log(JSON.stringify({ page: address, title, chart, state, message, columns, rows }));
    }
    faults.push(...faults_of(tiles), ...(await faults_of_choices(page)));
    const overflow = await overflow_of(page);
    if (overflow > 0) faults.push(`page ${address} is ${overflow} pixels wider than the window`);
  }
  return faults;
}

async function take_screenshot(page) {
  const addresses = await page_addresses(page);
  await go_to_page(page, addresses[Number(options.page) - 1] ?? '');
  await page.mouse.move(0, 0);
  await page.screenshot({ path: options.screenshot, fullPage: true });
}
