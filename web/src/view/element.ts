type Attributes = Record<string, string | number | boolean | undefined>;

/**
 * Makes an element. An attribute that is undefined or false is left out, and one that is true is
 * empty. Children that are text become text nodes, so no value is ever read as markup.
 */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  set_attributes(made, attributes);
  made.append(...children);
  return made;
}

/** Makes an SVG element. */
export function svg_element(
  name: string,
  attributes: Attributes = {},
  ...children: Node[]
): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  set_attributes(made, attributes);
  made.append(...children);
  return made;
}

function set_attributes(made: Element, attributes: Attributes): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(key, value === true ? '' : String(value));
  }
}
