import { useTranslation } from 'react-i18next';
import { useSystem } from '../../bank/use-system.ts';
import { useFormats } from '../../i18n/use-formats.ts';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import { ActivityCharts } from './activity-charts.tsx';
import { PromiseLights } from './promise-lights.tsx';
import { SystemPicture } from './system-picture.tsx';

const LOADING_HEIGHT = '60rem';

/** The bank at work, live: what it promises, its parts, and what they do. */
export default function OverviewPage() {
  const { t } = useTranslation('overview');
  const { clock } = useFormats();
  const { data: system, error, again } = useSystem();
  if (system === undefined)
    return (
      <Page title={t('title')} lead={t('looking')}>
        {error === null ? (
          <Loading height={LOADING_HEIGHT} lines={4} />
        ) : (
          <Failure error={error} height={LOADING_HEIGHT} onRetry={again} />
        )}
      </Page>
    );
  return (
    <Page title={t('title')} lead={t('toldBy', { service: system.answeredBy, at: clock(system.at) })}>
      <PromiseLights system={system} />
      <Panel title={t('picture.title')}>
        <SystemPicture system={system} />
      </Panel>
      <ActivityCharts system={system} />
    </Page>
  );
}
