/** The page of an exported dashboard: its data stands in the page itself. */
import { read_dashboard } from './dashboard.ts';
import { element } from './view/element.ts';
import { show_dashboard } from './view/page.ts';
import './style.css';

function main(root: HTMLElement): void {
  try {
    const text = document.getElementById('dashboard')?.textContent ?? '{}';
    show_dashboard(root, read_dashboard(text));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    root.replaceChildren(element('p', { class: 'message error', role: 'alert' }, text));
    document.documentElement.dataset.ready = 'error';
  }
}

const root = document.getElementById('page');
if (root !== null) main(root);
