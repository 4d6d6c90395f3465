import type { BusinessServiceState } from '@lastro/contract';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';

type WorkerState = NonNullable<BusinessServiceState['worker']>;

interface ServiceTexts {
  /** What a business service does, and what waits in its queue. */
  readonly businessText: (service: BusinessServiceState) => string[];
  readonly stateText: (state: 'up' | 'down', since: string | null) => string;
}

/** What the picture says of each service; `now`: when it was looked at. */
export function useServiceTexts(now: string): ServiceTexts {
  const { t } = useTranslation('overview');
  const { integer, duration } = useFormats();
  const stateText = (state: 'up' | 'down', since: string | null): string => {
    if (state === 'up') return t('picture.business.up');
    if (since === null) return t('picture.business.downUnknown');
    return t('picture.business.down', { duration: duration(Date.parse(now) - Date.parse(since)) });
  };
  const workText = ({ state, batchOperations, attempts }: WorkerState): string => {
    switch (state) {
      case 'waiting':
        return t('picture.business.waiting');
      case 'delivering':
        return t('picture.business.delivering', { number: integer(batchOperations) });
      case 'retrying':
        return t('picture.business.retrying', { attempts });
    }
  };
  const businessText = ({ state, since, queue, worker }: BusinessServiceState): string[] => {
    const doing = state === 'up' && worker !== null ? workText(worker) : stateText(state, since);
    if (queue === null) return [doing];
    return [doing, t(state === 'up' ? 'picture.queue' : 'picture.kept', { number: integer(queue.depth) })];
  };
  return { businessText, stateText };
}
