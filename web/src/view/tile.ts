import { ChartError, make_drawing, type Drawing, type Series } from '../chart/drawing.ts';
import {
  build_option,
  describe,
  heatmap_range,
  needed_height,
  series_colour,
} from '../chart/option.ts';
import { symbol_at, type Look, type SeriesPlaces } from '../chart/palette.ts';
import { Plot } from '../chart/plot.ts';
import { kChartTypes, type Column, type Tile, type Value } from '../dashboard.ts';
import { format_axis_number, format_span } from '../format.ts';
import { open_data_dialog, rows_text } from './data_dialog.ts';
import { element } from './element.ts';
import { legend, shade_scale } from './legend.ts';
import { figure_rows, figures } from './number.ts';
import { hidden_table, sortable_table } from './table.ts';
import { tooltip, with_unit } from './tooltip.ts';

/** A chart that needs more CSS pixels than this scrolls inside its tile. */
const kTallest = 720;

/**
 * A tile on the page. Its element says what became of it in `data-state`: drawn, empty, waiting
 * (what it shows was not built yet) or error.
 * `draw` wants the element to be in the document, since charts take their size from it.
 */
export class TileView {
  readonly element: HTMLElement;
  private readonly body_ = element('div', { class: 'tile-body' });
  private readonly not_taken_ = element('p', { class: 'not-taken', hidden: true });
  private readonly hidden_series_ = new Set<number>();
  private forward_series_: number | null = null;
  private plot_: Plot | null = null;

  constructor(
    private tile_: Tile,
    private readonly places_: SeriesPlaces,
  ) {
    const { title, description, chart, width } = tile_;
    this.element = element(
      'section',
      {
        class: 'tile',
        'data-tile': title,
        'data-chart': chart.type,
        'data-state': 'waiting',
        'aria-label': title,
      },
      element('header', {}, element('h2', {}, title), this.data_button()),
      ...(description === undefined ? [] : [element('p', { class: 'description' }, description)]),
      this.not_taken_,
      this.body_,
    );
    this.element.style.setProperty('--span', String(Math.min(12, Math.max(1, width ?? 6))));
  }

  /** Draws another result in place of the one shown, unless it is the same. */
  show(tile: Tile, look: Look): void {
    const { rows, chosen, not_taken } = this.tile_;
    if (tile.rows === rows && tile.chosen === chosen && tile.not_taken === not_taken) return;
    this.tile_ = tile;
    this.hidden_series_.clear();
    this.forward_series_ = null;
    this.draw(look);
  }

  /** Draws the tile in this look, in place of what was drawn before. Never throws. */
  draw(look: Look): void {
    this.dispose();
    this.body_.replaceChildren();
    this.not_taken_.textContent = this.tile_.not_taken ?? '';
    this.not_taken_.hidden = this.tile_.not_taken === undefined;
    try {
      this.element.dataset.state = this.draw_body(look);
    } catch (error) {
      this.element.dataset.state = 'error';
      this.body_.replaceChildren(...error_message(error));
      if (!(error instanceof ChartError)) console.error(error);
    }
  }

  dispose(): void {
    this.plot_?.dispose();
    this.plot_ = null;
  }

  private draw_body(look: Look): 'drawn' | 'empty' | 'waiting' | 'error' {
    const tile = this.tile_;
    if (tile.error?.not_built === true) {
      this.body_.append(message('waiting', 'Not built yet', tile.error.message));
      return 'waiting';
    }
    if (tile.error !== undefined) {
      this.body_.append(message('error', 'The query failed', tile.error.message));
      return 'error';
    }
    if (!kChartTypes.includes(tile.chart.type)) {
      throw new ChartError(
        `Unknown chart type: '${tile.chart.type}'. Known are: ${kChartTypes.join(', ')}`,
      );
    }
    if (tile.rows.length === 0) {
      const what = tile.chosen ?? 'the data at hand';
      this.body_.append(
        message('empty', 'No rows', `The SQL of this tile returned nothing for ${what}.`),
      );
      return 'empty';
    }
    if (tile.chart.type === 'table') this.draw_table();
    else if (tile.chart.type === 'number') this.draw_number();
    else return this.draw_chart(look);
    return 'drawn';
  }

  private draw_table(): void {
    const { title, columns, rows } = this.tile_;
    const table = sortable_table({ caption: title, columns, rows });
    table.querySelector('table')?.setAttribute('data-drawn', '');
    table.style.setProperty('--content-height', `${36 + rows.length * 30}px`);
    this.body_.append(table, ...notices(this.truncation()));
  }

  private draw_number(): void {
    const drawn = figure_rows(this.tile_);
    this.body_.append(figures(this.tile_), hidden_table({ caption: this.tile_.title, ...drawn }));
  }

  private draw_chart(look: Look): 'drawn' | 'empty' {
    const tile = this.tile_;
    const drawing = make_drawing(tile);
    const points = drawing.series.flatMap((series) => series.points);
    if (points.every((point) => point.y === null)) {
      const text = points.length > 0 ? 'Every value is null.' : drawing.notices.join(' ');
      this.body_.append(message('empty', 'No values', text));
      return 'empty';
    }
    const canvas = element('div', {
      class: 'chart',
      role: 'img',
      'aria-label': describe(tile.chart.type, tile.title, drawing),
    });
    const height = needed_height(tile.chart.type, drawing);
    const frame = element('div', { class: 'chart-frame' }, canvas);
    const tall = height > kTallest;
    const scroll = element('div', { class: tall ? 'chart-scroll tall' : 'chart-scroll' }, frame);
    if (tall) scroll.tabIndex = 0;
    frame.style.setProperty('--chart-height', `${Math.round(height)}px`);
    this.body_.append(
      this.chart_head(drawing, look),
      scroll,
      hidden_table({ caption: tile.title, ...drawn_rows(tile, drawing) }),
      ...notices([...this.truncation(), ...drawing.notices]),
    );
    this.plot_ = new Plot(canvas, (width) =>
      build_option(tile.chart.type, drawing, {
        look,
        places: this.places_,
        width,
        hidden: this.hidden_series_,
        forward: this.forward_series_,
        tooltip: (shown) =>
          tooltip(tile, drawing, shown, (series) => this.series_look(drawing, series, look)),
      }),
    );
    return 'drawn';
  }

  /** What y is, and which series there are. */
  private chart_head(drawing: Drawing, look: Look): HTMLElement {
    const { chart } = this.tile_;
    const head = element('div', { class: 'chart-head' });
    const span = drawing.span === null ? '' : format_span(drawing.span);
    const title = [axis_title(this.tile_, drawing), span].filter((text) => text !== '').join(', ');
    if (title !== '') head.append(element('span', { class: 'axis-title' }, title));
    if (chart.type === 'heatmap') {
      const { least, most } = heatmap_range(drawing);
      const text = (value: number): string =>
        with_unit(format_axis_number(value, most), chart.unit);
      head.append(shade_scale(look.shades, text(least), text(most)));
    } else if (drawing.series.length > 1) {
      const entries = drawing.series.map((series) => ({
        name: series.name,
        ...this.series_look(drawing, series, look),
      }));
      head.append(
        legend(entries, this.hidden_series_, {
          on_hide: () => this.plot_?.redraw(),
          on_point: (index) => {
            this.forward_series_ = index;
            this.plot_?.redraw();
          },
        }),
      );
    }
    return head;
  }

  private series_look(
    drawing: Drawing,
    series: Series,
    look: Look,
  ): { colour: string; shape: string } {
    const marked = ['line', 'scatter'].includes(this.tile_.chart.type) && drawing.series.length > 1;
    return {
      colour: series_colour(drawing, series, { look, places: this.places_ }),
      shape: marked ? symbol_at(this.places_.place_of(series.name)) : 'rect',
    };
  }

  private truncation(): string[] {
    const { truncated, total_rows, rows } = this.tile_;
    const cut = truncated === true || (total_rows ?? 0) > rows.length;
    return cut ? [`Made of ${rows_text(this.tile_)}.`] : [];
  }

  private data_button(): HTMLElement {
    const button = element(
      'button',
      {
        type: 'button',
        class: 'button data-button',
        'aria-label': `Show SQL and rows of ${this.tile_.title}`,
      },
      'Data',
    );
    button.addEventListener('click', () => open_data_dialog(this.tile_));
    return button;
  }
}

/**
 * Names what a chart shows: the quantity, its unit if that says something else, and by what. Time
 * is not named, since the span that follows says it.
 */
function axis_title(tile: Tile, drawing: Drawing): string {
  const { type, unit, series } = tile.chart;
  const columns = [...new Set(drawing.series.map((one) => one.column))];
  const subject = columns.length === 1 ? column_title(tile, columns[0]) : '';
  const x = drawing.span === null ? column_title(tile, drawing.x_column) : '';
  if (type === 'scatter') return `${subject} against ${x || column_title(tile, drawing.x_column)}`;
  const measure = unit === undefined || unit === subject ? subject : `${subject} (${unit})`;
  const by = [x, drawing.series.length < 2 ? '' : (series ?? '').replaceAll('_', ' ')];
  const named = by.filter((name) => name !== '').join(' and ');
  const what = subject === '' ? (unit ?? '') : measure;
  if (named === '') return what;
  return what === '' ? `by ${named}` : `${what} by ${named}`;
}

function column_title(tile: Tile, index: number | undefined): string {
  return (tile.columns[index ?? -1]?.name ?? '').replaceAll('_', ' ');
}

/**
 * The rows that have a point in the drawing, with the columns the chart uses, in the query's
 * order.
 */
function drawn_rows(tile: Tile, drawing: Drawing): { columns: Column[]; rows: Value[][] } {
  const measures = [...new Set(drawing.series.map((series) => series.column))];
  const indices = [drawing.x_column, drawing.series_column, ...measures].filter(
    (index) => index !== null,
  );
  const points = drawing.series.flatMap((series) => series.points);
  const rows = new Set(points.flatMap((point) => point.rows ?? [point.row]));
  return {
    columns: indices.flatMap((index) => tile.columns[index] ?? []),
    rows: [...rows]
      .sort((a, b) => a - b)
      .map((row) => indices.map((index) => tile.rows[row]?.[index] ?? null)),
  };
}

function notices(texts: readonly string[]): HTMLElement[] {
  return texts.map((text) => element('p', { class: 'notice' }, text));
}

function message(kind: string, head: string, text: string): HTMLElement {
  const role = kind === 'error' ? 'alert' : undefined;
  return element(
    'div',
    { class: `message ${kind}`, role },
    element('strong', {}, head),
    element('p', {}, text),
  );
}

function error_message(error: unknown): HTMLElement[] {
  const text = error instanceof Error ? error.message : String(error);
  return [message('error', 'This chart cannot be drawn', text)];
}
