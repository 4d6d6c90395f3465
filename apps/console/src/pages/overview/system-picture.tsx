import type { System } from '@lastro/contract';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import type { LightState } from '../../ui/light.tsx';
import { useWidth } from '../../ui/use-width.ts';
import { type Box, layoutOf } from './picture-layout.ts';
import { databaseState } from './promises.ts';
import styles from './system-picture.module.css';
import { useServiceTexts } from './use-service-texts.ts';

const WIDTH_BEFORE_MEASURED = 900;
const PADDING = 12;

/** Clients, services and database, with what each does now; drawn to the width that there is. */
export function SystemPicture({ system }: { readonly system: System }) {
  const { t } = useTranslation('overview');
  const [frame, width] = useWidth(WIDTH_BEFORE_MEASURED);
  const { businessServices, dataServices } = system;
  const layout = layoutOf(width, businessServices.length, dataServices.length);
  const { businessText, stateText } = useServiceTexts(system.at);
  const { integer } = useFormats();
  const database = databaseState(dataServices);
  return (
    <div ref={frame} style={{ minHeight: layout.height }}>
      <svg className={styles['picture']} width={width} height={layout.height} role="list">
        <g aria-hidden="true">
          {layout.edges.map(({ path, business }) => (
            <path key={path} d={path} className={styles['edge']} data-flow={flowOf(system, business)} />
          ))}
        </g>
        <Node
          box={layout.clients}
          title={t('picture.clients')}
          lines={[t('picture.accepted', { number: integer(acceptedOf(system)) })]}
        />
        {businessServices.map((service, index) => (
          <Node
            key={service.id}
            box={layout.business[index]!}
            title={service.id}
            state={service.state}
            lines={businessText(service)}
            fill={service.queue === null ? 0 : service.queue.depth / service.queue.depthMax}
          />
        ))}
        {dataServices.map(({ url, state, since, report }, index) => (
          <Node
            key={url}
            box={layout.data[index]!}
            title={`${t('picture.data')} ${new URL(url).host}`}
            state={state}
            lines={[
              stateText(state, since),
              t('picture.pending', { number: integer(report?.pendingOperations ?? 0) }),
            ]}
          />
        ))}
        <Node
          box={layout.database}
          title="PostgreSQL"
          state={database}
          lines={[
            database === 'up' && system.ledger !== null
              ? t('picture.sequence', { sequence: integer(system.ledger.sequence) })
              : t(`picture.database.${database}`),
          ]}
        />
      </svg>
    </div>
  );
}

interface NodeProps {
  readonly box: Box;
  readonly title: string;
  readonly state?: 'up' | 'down' | 'unknown';
  readonly lines: readonly string[];
  /** How full its queue is, from 0 to 1; absent where there is none. */
  readonly fill?: number;
}

const LIGHTS = { up: 'good', down: 'bad', unknown: 'unknown' } as const satisfies Record<string, LightState>;

function Node({ box, title, state, lines, fill }: NodeProps) {
  const right = box.width - PADDING;
  return (
    <g
      className={styles['node']}
      data-state={state}
      data-service={title}
      role="listitem"
      aria-label={[title, state, ...lines].join(', ')}
      transform={`translate(${box.x} ${box.y})`}
    >
      <rect width={box.width} height={box.height} rx="6" />
      <text x={PADDING} y="21" className={styles['title']}>
        {title}
      </text>
      {state !== undefined && <circle cx={right - 4} cy="16.5" r="5" data-light={LIGHTS[state]} />}
      {lines.map((line, index) => (
        <text
          key={index}
          x={index === 0 ? PADDING : right}
          y="40"
          className={styles['line']}
          data-end={index > 0 || undefined}
        >
          {line}
        </text>
      ))}
      {fill !== undefined && <QueueBar width={box.width - 2 * PADDING} fill={fill} />}
    </g>
  );
}

const BAR_LEAST = 3;

/** By the root, so that a queue of a few is seen beside one that may hold a million. */
function QueueBar({ width, fill }: { readonly width: number; readonly fill: number }) {
  const filled = fill === 0 ? 0 : Math.max(BAR_LEAST, Math.min(1, Math.sqrt(fill)) * width);
  return (
    <g transform={`translate(${PADDING} 51)`}>
      <rect className={styles['bar']} width={width} height="5" rx="2.5" />
      <rect className={styles['barFilled']} width={filled} height="5" rx="2.5" />
    </g>
  );
}

function acceptedOf({ businessServices }: System): number {
  return businessServices
    .filter(({ state }) => state === 'up')
    .reduce((total, { samples }) => total + (samples.at(-1)?.accepted ?? 0), 0);
}

function flowOf({ businessServices, dataServices }: System, business: number | undefined): string {
  if (databaseState(dataServices) !== 'up') return 'broken';
  const services = business === undefined ? businessServices : [businessServices[business]!];
  if (services.every(({ state }) => state === 'down')) return 'broken';
  return services.some(({ samples }) => (samples.at(-1)?.posted ?? 0) > 0) ? 'flowing' : 'still';
}
