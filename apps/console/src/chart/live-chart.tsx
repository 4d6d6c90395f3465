import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useIsDark } from '../theme/theme.ts';
import { optionsOf } from './chart-options.ts';
import type { LiveChartProps } from './chart-series.ts';
import styles from './live-chart.module.css';
import { paletteOf } from './palette.ts';

const SYNC = 'lastro';
const NOTHING = '–';

/**
 * Lines over time, drawn on a canvas. The legend shows the newest values, or those under the pointer, which all charts of a page
 * follow together.
 */
export function LiveChart(props: LiveChartProps) {
  const { label, times, series, height, format } = props;
  const isDark = useIsDark();
  const frame = useRef<HTMLDivElement>(null);
  const legend = useRef<(HTMLElement | null)[]>([]);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  const names = series.map((one) => one.label).join('\n');

  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const element = frame.current!;
    const showAt = (index: number | null | undefined): void =>
      showValues(latest.current, legend.current, index);
    const drawn = new uPlot(
      optionsOf(latest.current, paletteOf(element), {
        width: element.clientWidth,
        sync: SYNC,
        onCursor: showAt,
      }),
      dataOf(latest.current),
      element,
    );
    plot.current = drawn;
    const resized = new ResizeObserver(() =>
      drawn.setSize({ width: element.clientWidth, height: latest.current.height }),
    );
    resized.observe(element);
    return () => {
      resized.disconnect();
      drawn.destroy();
    };
    // Drawn anew only where a line or a colour is another.
  }, [names, isDark]);

  useEffect(() => {
    const drawn = plot.current;
    if (drawn === null) return;
    drawn.setData(dataOf({ times, series }));
    showValues(latest.current, legend.current, drawn.cursor.idx);
  }, [times, series]);

  return (
    <figure className={styles['chart']} aria-label={label}>
      <figcaption>
        {series.map((one, index) => (
          <span key={one.label} data-color={one.color}>
            {one.label}{' '}
            <output ref={(element) => void (legend.current[index] = element)}>
              {textOf(one.values.at(-1), format)}
            </output>
          </span>
        ))}
      </figcaption>
      <div ref={frame} className={styles['frame']} style={{ height }} aria-hidden="true" />
    </figure>
  );
}

function dataOf({ times, series }: Pick<LiveChartProps, 'times' | 'series'>): uPlot.AlignedData {
  return [times as number[], ...series.map(({ values }) => values as (number | null)[])];
}

/** Straight into the document: the pointer moves sixty times a second. */
function showValues(
  { series, format }: LiveChartProps,
  legend: readonly (HTMLElement | null)[],
  index: number | null | undefined,
): void {
  series.forEach(({ values }, at) => {
    const element = legend[at];
    if (element) element.textContent = textOf(values.at(index ?? -1), format);
  });
}

function textOf(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? NOTHING : format(value);
}
