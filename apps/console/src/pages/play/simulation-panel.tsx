import type { Play, PlaySimulation } from '@lastro/contract';
import { Play as Start, Square } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { Button } from '../../ui/button.tsx';
import { Light, type LightState } from '../../ui/light.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Failure } from '../../ui/states.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { usePlayChange } from './play-query.ts';
import styles from './play-page.module.css';
import { wholeNumber } from './whole-number.ts';

const CLIENTS_AT_FIRST = 20;
const RATE_AT_FIRST = 500;

/** How many clients, how fast; and what has become of what they sent. */
export function SimulationPanel({ play: { simulation, limits } }: { readonly play: Play }) {
  const { t } = useTranslation('play');
  const change = usePlayChange();
  const isRunning = simulation !== null && !['stopped', 'failed'].includes(simulation.state);
  return (
    <Panel title={t('simulation.title')}>
      <div className={styles['panel']}>
        {isRunning ? (
          <StopButton
            isChecking={simulation.state === 'checking'}
            isBusy={change.isPending}
            onStop={(path) => change.mutate({ method: 'DELETE', path })}
          />
        ) : (
          <StartForm
            last={simulation}
            limits={limits}
            isBusy={change.isPending}
            onStart={(body) => change.mutate({ method: 'POST', path: '/simulation', body })}
          />
        )}
        {change.error !== null && <Failure error={change.error} />}
        {simulation !== null && <Progress simulation={simulation} />}
      </div>
    </Panel>
  );
}

interface StopButtonProps {
  readonly isChecking: boolean;
  readonly isBusy: boolean;
  readonly onStop: (path: string) => void;
}

/** A check can take long: of what a stopped service keeps, it waits for the results. */
function StopButton({ isChecking, isBusy, onStop }: StopButtonProps) {
  const { t } = useTranslation('play');
  return (
    <Button
      icon={<Square />}
      isBusy={isBusy}
      onClick={() => onStop(isChecking ? '/simulation?check=false' : '/simulation')}
    >
      {t(isChecking ? 'simulation.end' : 'simulation.stop')}
    </Button>
  );
}

interface StartFormProps {
  /** What was asked for last: often the same is wanted, or another rate. */
  readonly last: PlaySimulation | null;
  readonly limits: Play['limits'];
  readonly isBusy: boolean;
  readonly onStart: (request: {
    readonly clients: number;
    readonly operationsPerSecond?: number | undefined;
  }) => void;
}

function StartForm({ last, limits, isBusy, onStart }: StartFormProps) {
  const { t } = useTranslation('play');
  const { integer } = useFormats();
  const [clients, setClients] = useState(String(last?.clients ?? CLIENTS_AT_FIRST));
  const [rate, setRate] = useState(String(last === null ? RATE_AT_FIRST : (last.operationsPerSecond ?? '')));
  const count = wholeNumber(clients, limits.clientsMax);
  const isUnlimited = rate.trim() === '';
  const perSecond = isUnlimited ? undefined : wholeNumber(rate, limits.operationsPerSecondMax);
  const isReady = count !== undefined && (isUnlimited || perSecond !== undefined);
  return (
    <form
      className={styles['form']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) onStart({ clients: count, operationsPerSecond: perSecond });
      }}
    >
      <TextField
        inputMode="numeric"
        label={t('simulation.clients')}
        text={clients}
        onChange={setClients}
        fault={count === undefined ? t('simulation.fault', { max: integer(limits.clientsMax) }) : undefined}
      />
      <TextField
        inputMode="numeric"
        label={t('simulation.rate')}
        hint={t('simulation.rateHint')}
        text={rate}
        onChange={setRate}
        fault={
          isUnlimited || perSecond !== undefined
            ? undefined
            : t('simulation.fault', { max: integer(limits.operationsPerSecondMax) })
        }
      />
      <Button type="submit" tone="primary" icon={<Start />} isBusy={isBusy} disabled={!isReady}>
        {t('simulation.start')}
      </Button>
    </form>
  );
}

/** Whether everything was compared, so that every figure is what the ledger says. */
function isChecked({ state, checks }: PlaySimulation): boolean {
  return state === 'stopped' && checks > 0;
}

function lightOf(simulation: PlaySimulation): LightState {
  const { state, problems } = simulation;
  if (problems > 0 || state === 'failed') return 'bad';
  return isChecked(simulation) || state === 'running' || state === 'checking' ? 'good' : 'unknown';
}

function Progress({ simulation }: { readonly simulation: PlaySimulation }) {
  const { t } = useTranslation('play');
  const { integer } = useFormats();
  const { state, clients, operationsPerSecond, sent, checks, problems, detail } = simulation;
  const figure = (count: number) => (isChecked(simulation) ? integer(count) : `≈ ${integer(count)}`);
  const figures = [
    [t('simulation.clients'), integer(clients)],
    [
      t('simulation.rate'),
      operationsPerSecond === null ? t('simulation.unlimited') : integer(operationsPerSecond),
    ],
    [t('simulation.sent'), integer(sent)],
    [t('simulation.posted'), figure(simulation.posted)],
    [t('simulation.rejected'), figure(simulation.rejected)],
    [t('simulation.checks'), integer(checks)],
    [t('simulation.problems'), integer(problems)],
  ] as const;
  return (
    <>
      <p className={styles['state']} aria-live="polite" data-state={state}>
        <Light state={lightOf(simulation)} />
        <span>
          {t(`simulation.states.${state}`)}{' '}
          {isChecked(simulation) && problems === 0 ? t('simulation.exact') : detail}
        </span>
      </p>
      <dl className={styles['figures']}>
        {figures.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
