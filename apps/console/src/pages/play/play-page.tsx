import type { Play } from '@lastro/contract';
import { LastroProblemError } from '@lastro/sdk';
import { useRead } from '../../bank/use-read.ts';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../session/session.ts';
import { Columns } from '../../ui/columns.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Failure, Loading } from '../../ui/states.tsx';
import { PLAY } from './play-query.ts';
import { ServicesPanel } from './services-panel.tsx';
import { SimulationPanel } from './simulation-panel.tsx';

const EVERY_MS = 1_000;
const HEIGHT = '24rem';

/** Simulated clients, and parts of the bank to kill while they run. Only where `lastro up` keeps the bank. */
export default function PlayPage() {
  const { t } = useTranslation('play');
  const { bank } = useSession();
  const { data, error, again } = useRead({
    queryKey: PLAY,
    queryFn: () => playOrNone(() => bank.request<Play>('/v1/play')),
    refetchInterval: ({ state }) => state.data !== null && EVERY_MS,
  });
  return (
    <Page title={t('title')} lead={t('lead')}>
      {data === undefined && error === null && <Loading height={HEIGHT} lines={6} />}
      {data === undefined && error !== null && <Failure error={error} height={HEIGHT} onRetry={again} />}
      {data === null && <Empty title={t('absent')} hint={t('absentHint')} height={HEIGHT} />}
      {data && (
        <Columns>
          <SimulationPanel play={data} />
          <ServicesPanel services={data.services} />
        </Columns>
      )}
    </Page>
  );
}

/** `null`: nobody keeps this bank running that could be asked to. */
async function playOrNone(read: () => Promise<Play>): Promise<Play | null> {
  return read().catch((error: unknown) => {
    if (error instanceof LastroProblemError && error.status === 404) return null;
    throw error;
  });
}
