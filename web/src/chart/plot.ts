import type { EChartsOption } from 'echarts';
import { BarChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, TooltipComponent, VisualMapContinuousComponent } from 'echarts/components';
import { init, use, type EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([
  BarChart,
  HeatmapChart,
  LineChart,
  ScatterChart,
  GridComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
  SVGRenderer,
]);

/**
 * A chart inside an element. It follows the element's size until `dispose`. `build` is asked for
 * the options with the width at hand, on every drawing.
 */
export class Plot {
  private readonly chart_: EChartsType;
  private readonly observer_: ResizeObserver;
  private width_ = 0;
  private height_ = 0;

  constructor(
    private readonly element_: HTMLElement,
    private readonly build_: (width: number) => EChartsOption,
  ) {
    this.chart_ = init(element_, null, { renderer: 'svg' });
    this.redraw();
    this.observer_ = new ResizeObserver(() => this.follow_size());
    this.observer_.observe(element_);
  }

  redraw(): void {
    this.width_ = this.element_.clientWidth;
    this.height_ = this.element_.clientHeight;
    this.chart_.setOption(this.build_(this.width_), { notMerge: true });
  }

  dispose(): void {
    this.observer_.disconnect();
    this.chart_.dispose();
  }

  private follow_size(): void {
    const { clientWidth, clientHeight } = this.element_;
    if (clientWidth === this.width_ && clientHeight === this.height_) return;
    this.chart_.resize();
    this.redraw();
  }
}
