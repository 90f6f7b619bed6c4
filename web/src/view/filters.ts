import { choice_label, type Choices } from '../choices.ts';
import type { Filter } from '../dashboard.ts';
import { count_of } from '../format.ts';
import { element } from './element.ts';

/**
 * Makes the bar of a page's filters, each a list to choose from; none for a page without filters.
 * `on_choose` gets the choices of all filters after each change.
 */
export function filter_bar(
  filters: readonly Filter[],
  choices: Choices,
  on_choose: (choices: Choices) => void,
): HTMLElement[] {
  if (filters.length === 0) return [];
  const lists = filters.map((filter, index) => choice_list(filter, choices[index] ?? 0));
  const bar = element('div', { class: 'filters', role: 'group', 'aria-label': 'Filters' });
  filters.forEach((filter, index) => {
    const list = lists[index];
    if (list === undefined) return;
    list.addEventListener('change', () => on_choose(lists.map((one) => one.selectedIndex)));
    bar.append(element('label', { class: 'filter' }, element('span', {}, filter.title), list));
  });
  const failed = filters.flatMap(({ title, error }) =>
    error === undefined ? [] : [`${title} cannot be chosen: ${error.message}`],
  );
  return [bar, ...failed.map((text) => element('p', { class: 'notice filter-error' }, text))];
}

function choice_list(filter: Filter, choice: number): HTMLSelectElement {
  const options = filter.choices.map((_label, index) =>
    element('option', { selected: index === choice }, choice_label(filter, index)),
  );
  const more = filter.left_out ?? 0;
  if (more > 0) {
    options.push(element('option', { disabled: true }, `${count_of(more, 'value')} more not listed`));
  }
  return element(
    'select',
    { name: filter.name, 'data-filter': filter.name, disabled: filter.error !== undefined },
    ...options,
  );
}
