import type { System } from '@lastro/contract';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import { Light, type LightState } from '../../ui/light.tsx';
import styles from './promise-lights.module.css';
import { chainPromise, moneyPromise, queuePromise, servicesPromise } from './promises.ts';

/** What waits no longer than this is on its way. */
const A_MOMENT_MS = 1_000;

/** What the bank promises, each with a light that is computed from what its services say. */
export function PromiseLights({ system }: { readonly system: System }) {
  return (
    <ul className={styles['lights']}>
      <MoneyLight system={system} />
      <ChainLight system={system} />
      <QueueLight system={system} />
      <ServicesLight system={system} />
    </ul>
  );
}

interface OneLightProps {
  readonly light: LightState;
  readonly title: string;
  readonly children: ReactNode;
}

function OneLight({ light, title, children }: OneLightProps) {
  return (
    <li data-light={light}>
      <Light state={light} />
      <div>
        <strong>{title}</strong>
        <p>{children}</p>
      </div>
    </li>
  );
}

function MoneyLight({ system }: { readonly system: System }) {
  const { t } = useTranslation('overview');
  const { duration } = useFormats();
  const { light, checkedMsAgo } = moneyPromise(system);
  const text =
    checkedMsAgo === undefined
      ? t('money.never')
      : t(`money.${light === 'bad' ? 'off' : 'even'}`, { ago: duration(checkedMsAgo) });
  return (
    <OneLight light={light} title={t('money.title')}>
      {text}
    </OneLight>
  );
}

function ChainLight({ system }: { readonly system: System }) {
  const { t } = useTranslation('overview');
  const { duration, integer } = useFormats();
  const { light, found, progress, verifiedMsAgo, operationsSince } = chainPromise(system);
  const text = t(`chain.${found}`, {
    percent: integer(progress * 100),
    ago: duration(verifiedMsAgo ?? 0),
    since: integer(operationsSince),
  });
  return (
    <OneLight light={light} title={t('chain.title')}>
      {text}
    </OneLight>
  );
}

function QueueLight({ system }: { readonly system: System }) {
  const { t } = useTranslation('overview');
  const { duration } = useFormats();
  const { light, waitsMs, heldBy } = queuePromise(system);
  const isMoment = waitsMs !== undefined && waitsMs < A_MOMENT_MS;
  const waits =
    waitsMs === undefined || isMoment
      ? t(isMoment ? 'queue.moment' : 'queue.nothing')
      : t('queue.waits', { duration: duration(waitsMs) });
  return (
    <OneLight light={light} title={t('queue.title')}>
      {heldBy.length === 0 ? waits : t('queue.held', { services: heldBy.join(', '), waits })}
    </OneLight>
  );
}

function ServicesLight({ system }: { readonly system: System }) {
  const { t } = useTranslation('overview');
  const { light, up, all, down } = servicesPromise(system);
  return (
    <OneLight light={light} title={t('up.title')}>
      {down.length === 0 ? t('up.count', { up, all }) : t('up.down', { services: down.join(', ') })}
    </OneLight>
  );
}
