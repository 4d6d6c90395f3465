/** One line of a chart. */
export interface ChartSeries {
  readonly label: string;
  /** A place in the palette of series, from 1. */
  readonly color: 1 | 2 | 3 | 4 | 5 | 6;
  /** One value for each time; `null` where nothing is known, and the line is broken. */
  readonly values: readonly (number | null)[];
  readonly isFilled?: boolean;
}

export interface LiveChartProps {
  /** Read out; what is drawn is in the legend as text too. */
  readonly label: string;
  /** In seconds since 1970, rising. */
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  /** In pixels. */
  readonly height: number;
  /** For the legend. */
  readonly format: (value: number) => string;
  /** For the axis, where there is little room. */
  readonly formatShort: (value: number) => string;
  readonly formatTime: (at: Date) => string;
}
