import type uPlot from 'uplot';
import type { ChartSeries, LiveChartProps } from './chart-series.ts';
import type { Palette } from './palette.ts';

interface ChartFrame {
  readonly width: number;
  /** Charts with the same name share their pointer. */
  readonly sync: string;
  /** The pointer is over the values of this index; over none. */
  readonly onCursor: (index: number | null | undefined) => void;
}

const LINE_WIDTH = 1.5;
const AXIS_WIDTH = 48;
const AXIS_HEIGHT = 22;
const SPACE_BETWEEN_TIMES = 76;
const SPACE_BETWEEN_VALUES = 32;
const MAX_AT_LEAST = 4;

export function optionsOf(
  { height, series, formatShort, formatTime }: LiveChartProps,
  palette: Palette,
  { width, sync, onCursor }: ChartFrame,
): uPlot.Options {
  const axis = { stroke: palette.text, font: palette.font, ticks: { show: false } };
  const grid = { stroke: palette.grid, width: 1 };
  return {
    width,
    height,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: {
      sync: { key: sync, setSeries: false },
      drag: { x: false, y: false },
      points: { size: 6 },
    },
    scales: {
      x: { time: true },
      // From nothing, and never so low that noise looks like much.
      y: { range: (_plot, _min, max) => [0, Math.max(MAX_AT_LEAST, (max ?? 0) * 1.1)] },
    },
    axes: [
      {
        ...axis,
        size: AXIS_HEIGHT,
        space: SPACE_BETWEEN_TIMES,
        grid: { show: false },
        values: (_plot, times) => times.map((time) => formatTime(new Date(time * 1000))),
      },
      {
        ...axis,
        size: AXIS_WIDTH,
        space: SPACE_BETWEEN_VALUES,
        grid,
        values: (_plot, values) => values.map(formatShort),
      },
    ],
    series: [{}, ...series.map((one) => lineOf(one, palette))],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx)] },
  };
}

function lineOf({ label, color, isFilled = false }: ChartSeries, { series, fills }: Palette): uPlot.Series {
  const stroke = series[color - 1] ?? '';
  return {
    label,
    stroke,
    width: LINE_WIDTH,
    points: { show: false },
    ...(isFilled ? { fill: fills[color - 1] ?? '' } : {}),
  };
}
