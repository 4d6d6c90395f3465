import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { type Palette, paletteOf } from '../../chart/palette.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { currencyDigits } from '../../money/currency-digits.ts';
import { formatMoney } from '../../money/format-money.ts';
import { useIsDark } from '../../theme/theme.ts';
import type { BalanceHistory } from './balance-history.ts';
import styles from './balance-chart.module.css';

interface BalanceChartProps {
  readonly label: string;
  readonly history: BalanceHistory;
  readonly currency: string;
  /** In pixels. */
  readonly height: number;
}

/** A balance stays as it is until the next entry: a line of steps. What is under the pointer stands above it, as text. */
export function BalanceChart({ label, history, currency, height }: BalanceChartProps) {
  const { i18n } = useTranslation();
  const { compact, instant, clock, minute } = useFormats();
  const isDark = useIsDark();
  const frame = useRef<HTMLDivElement>(null);
  const reading = useRef<HTMLOutputElement>(null);
  const { times, balances } = history;

  useEffect(() => {
    const element = frame.current!;
    const show = (index: number | null | undefined): void => {
      const at = index ?? times.length - 1;
      const money = formatMoney(balances[at] ?? 0, currency, i18n.language);
      reading.current!.textContent = `${money} · ${instant((times[at] ?? 0) * 1000)}`;
    };
    const scale = 10 ** currencyDigits(currency);
    const spanMs = ((times.at(-1) ?? 0) - (times[0] ?? 0)) * 1000;
    const day = new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'short' });
    const formatTime =
      spanMs < HOUR_MS ? clock : spanMs < TWO_DAYS_MS ? minute : (ms: number) => day.format(ms);
    const options = optionsOf(paletteOf(element), (minor) => compact(minor / scale), formatTime, show);
    const data: uPlot.AlignedData = [times as number[], balances as number[]];
    const plot = new uPlot({ ...options, width: element.clientWidth, height: height - 24 }, data, element);
    show(undefined);
    const resized = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: height - 24 }),
    );
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [times, balances, currency, height, isDark, i18n.language, compact, instant, clock, minute]);

  return (
    <figure className={styles['chart']} aria-label={label} style={{ height }}>
      <figcaption>
        <output ref={reading} />
      </figcaption>
      <div ref={frame} className={styles['frame']} aria-hidden="true" />
    </figure>
  );
}

const HOUR_MS = 3_600_000;
const TWO_DAYS_MS = 172_800_000;
const AXIS_WIDTH = 52;
const AXIS_HEIGHT = 22;

function optionsOf(
  palette: Palette,
  formatBalance: (minor: number) => string,
  formatTime: (ms: number) => string,
  onCursor: (index: number | null | undefined) => void,
): Omit<uPlot.Options, 'width' | 'height'> {
  const axis = { stroke: palette.text, font: palette.font, ticks: { show: false } };
  return {
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    axes: [
      {
        ...axis,
        size: AXIS_HEIGHT,
        space: 76,
        grid: { show: false },
        values: (_plot, times) => times.map((time) => formatTime(time * 1000)),
      },
      {
        ...axis,
        size: AXIS_WIDTH,
        space: 32,
        grid: { stroke: palette.grid, width: 1 },
        values: (_plot, values) => values.map(formatBalance),
      },
    ],
    scales: {
      x: { time: true },
      // Always with zero in it, so that its height says something.
      y: { range: (_plot, min, max) => uPlot.rangeNum(Math.min(min, 0), Math.max(max, 0, 1), 0.1, true) },
    },
    series: [
      {},
      {
        stroke: palette.series[0] ?? '',
        fill: palette.fills[0] ?? '',
        width: 1.5,
        points: { show: false },
        paths: uPlot.paths.stepped!({ align: 1 }),
      },
    ],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx)] },
  };
}
