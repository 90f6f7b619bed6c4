import { kDark, kLight, type Look } from '../chart/palette.ts';
import { element } from './element.ts';

const kKey = 'tidemill.theme';
const kPrefersDark = '(prefers-color-scheme: dark)';

/** Light or dark: the reader's last choice here, else what the system prefers. */
export class Theme {
  private chosen_: string | null = stored_choice();
  private readonly system_ = matchMedia(kPrefersDark);

  /** Calls `on_change` with the look after every change by the reader or the system. */
  constructor(private readonly on_change_: (look: Look) => void) {
    this.system_.addEventListener('change', () => this.change());
    this.mark_document();
  }

  look(): Look {
    const dark = this.chosen_ === null ? this.system_.matches : this.chosen_ === 'dark';
    return dark ? kDark : kLight;
  }

  /** Makes the button that switches between light and dark. */
  button(): HTMLElement {
    const button = element('button', {
      type: 'button',
      class: 'button',
      'data-theme-button': true,
    });
    const label = (): void => {
      const other = this.look().name === 'dark' ? 'Light' : 'Dark';
      button.textContent = other;
      button.setAttribute('aria-label', `Switch to the ${other.toLowerCase()} look`);
    };
    button.addEventListener('click', () => {
      this.chosen_ = this.look().name === 'dark' ? 'light' : 'dark';
      store_choice(this.chosen_);
      this.change();
      label();
    });
    this.system_.addEventListener('change', label);
    label();
    return button;
  }

  private change(): void {
    this.mark_document();
    this.on_change_(this.look());
  }

  private mark_document(): void {
    document.documentElement.dataset.theme = this.look().name;
  }
}

/** A page opened from disk may have no storage: then the choice lasts as long as the page. */
function stored_choice(): string | null {
  try {
    const choice = localStorage.getItem(kKey);
    return choice === 'light' || choice === 'dark' ? choice : null;
  } catch {
    return null;
  }
}

function store_choice(choice: string): void {
  try {
    localStorage.setItem(kKey, choice);
  } catch {
    return;
  }
}
