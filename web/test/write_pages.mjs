// Writes the pages of all fixtures to look at: node test/write_pages.mjs [FOLDER]
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as fixtures from './fixtures.mjs';

const folder = resolve(process.argv[2] ?? 'build/pages');
const template = resolve(import.meta.dirname, '../dist/dashboard.html');
mkdirSync(folder, { recursive: true });
for (const [name, dashboard] of Object.entries({
  every_chart: fixtures.kEveryChart,
  hostile: fixtures.kHostileDashboard,
  undrawable: fixtures.kUndrawableDashboard,
  large: fixtures.kLargeDashboard,
  filtered: fixtures.kFiltered,
  crowded: fixtures.kCrowded,
})) {
  const file = join(folder, `${name}.html`);
  fixtures.write_page(dashboard, template, file);
  console.log(file);
}
