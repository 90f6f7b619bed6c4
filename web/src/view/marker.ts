import { svg_element } from './element.ts';

const kShapes: Record<string, () => SVGElement> = {
  circle: () => svg_element('circle', { cx: 6, cy: 6, r: 5 }),
  rect: () => svg_element('rect', { x: 1.5, y: 1.5, width: 9, height: 9, rx: 1.5 }),
  triangle: () => svg_element('path', { d: 'M6 1 L11.5 10.5 L0.5 10.5 Z' }),
  diamond: () => svg_element('path', { d: 'M6 0.5 L11 6 L6 11.5 L1 6 Z' }),
};

/** Makes the small sign of a series that legends and tooltips show before its name. */
export function marker(colour: string, shape: string): SVGElement {
  const drawn = (kShapes[shape] ?? kShapes.circle)?.();
  drawn?.setAttribute('fill', colour);
  const sign = svg_element('svg', { class: 'marker', viewBox: '0 0 12 12', 'aria-hidden': 'true' });
  if (drawn !== undefined) sign.append(drawn);
  return sign;
}
