import type { System } from '@lastro/contract';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { HISTORY_MS } from '../../bank/use-system.ts';
import type { ChartSeries } from '../../chart/chart-series.ts';
import { LiveChart } from '../../chart/live-chart.tsx';
import { useFormats } from '../../i18n/use-formats.ts';
import { Panel } from '../../ui/panel.tsx';
import styles from './activity-charts.module.css';
import { type History, historyOf } from './history.ts';
import { RejectionReasons } from './rejection-reasons.tsx';

const CHART_HEIGHT = 172;
const SERIES_MAX = 6;
const SPAN = { leastSeconds: 60, mostSeconds: HISTORY_MS / 1000 };

/** What the business services did in the last 10 minutes. */
export function ActivityCharts({ system }: { readonly system: System }) {
  const { t } = useTranslation('overview');
  const history = useMemo(() => historyOf(system, SPAN), [system]);
  return (
    <div className={styles['charts']}>
      <ChartPanel name="throughput" history={history} unit="count">
        {[
          { label: t('series.posted'), color: 1, values: history.posted, isFilled: true },
          { label: t('series.accepted'), color: 2, values: history.accepted },
        ]}
      </ChartPanel>
      <ChartPanel name="timeToPost" history={history} unit="ms">
        {[
          { label: 'p50', color: 1, values: history.timeToPostP50Ms },
          { label: 'p99', color: 2, values: history.timeToPostP99Ms },
        ]}
      </ChartPanel>
      <ChartPanel name="queueDepth" history={history} unit="count">
        {queueSeries(history)}
      </ChartPanel>
      <ChartPanel name="batchSize" history={history} unit="count">
        {[{ label: t('series.operations'), color: 1, values: history.batchSize }]}
      </ChartPanel>
      <ChartPanel name="rejected" history={history} unit="count">
        {[{ label: t('series.rejected'), color: 5, values: history.rejected, isFilled: true }]}
      </ChartPanel>
      <Panel title={t('reasons.title')}>
        <RejectionReasons system={system} />
      </Panel>
    </div>
  );
}

/** More services than there are colours share the last. */
function queueSeries({ queueDepths }: History): readonly ChartSeries[] {
  return [...queueDepths].map(([label, values], index) => ({
    label,
    color: Math.min(index + 1, SERIES_MAX) as ChartSeries['color'],
    values,
  }));
}

interface ChartPanelProps {
  readonly name: 'throughput' | 'timeToPost' | 'queueDepth' | 'batchSize' | 'rejected';
  readonly history: History;
  readonly unit: 'count' | 'ms';
  readonly children: readonly ChartSeries[];
}

function ChartPanel({ name, history, unit, children }: ChartPanelProps) {
  const { t } = useTranslation('overview');
  const { integer, compact, duration, clock } = useFormats();
  return (
    <Panel title={t(`charts.${name}.title`)} aside={t(`charts.${name}.aside`)}>
      <LiveChart
        label={t(`charts.${name}.title`)}
        times={history.times}
        series={children}
        height={CHART_HEIGHT}
        format={unit === 'ms' ? duration : integer}
        formatShort={unit === 'ms' ? duration : compact}
        formatTime={clock}
      />
    </Panel>
  );
}
