import { element } from './element.ts';
import { marker } from './marker.ts';

export interface LegendEntry {
  name: string;
  colour: string;
  shape: string;
}

export interface LegendEvents {
  /** Called with all that are switched off after each change. */
  on_hide(hidden: ReadonlySet<number>): void;
  on_point(index: number | null): void;
}

/**
 * Makes a row of buttons, one for each series: press to hide or show it, point to bring it
 * forward.
 */
export function legend(
  entries: readonly LegendEntry[],
  hidden: Set<number>,
  events: LegendEvents,
): HTMLElement {
  const buttons = entries.map((entry, index) => {
    const button = element(
      'button',
      {
        type: 'button',
        class: 'legend-entry',
        'aria-pressed': String(!hidden.has(index)),
        title: entry.name,
      },
      marker(entry.colour, entry.shape),
      element('span', {}, entry.name),
    );
    button.addEventListener('click', () => {
      if (!hidden.delete(index)) hidden.add(index);
      button.setAttribute('aria-pressed', String(!hidden.has(index)));
      events.on_hide(hidden);
    });
    button.addEventListener('pointerenter', () => events.on_point(index));
    button.addEventListener('pointerleave', () => events.on_point(null));
    return button;
  });
  return element('div', { class: 'legend', role: 'group', 'aria-label': 'Series' }, ...buttons);
}

/** Makes the scale of a heatmap: its shades between the least and the most value. */
export function shade_scale(shades: readonly string[], least: string, most: string): HTMLElement {
  const bar = element('span', { class: 'shades', 'aria-hidden': 'true' });
  bar.style.background = `linear-gradient(to right, ${shades.join(', ')})`;
  return element(
    'div',
    { class: 'shade-scale' },
    element('span', {}, least),
    bar,
    element('span', {}, most),
  );
}
