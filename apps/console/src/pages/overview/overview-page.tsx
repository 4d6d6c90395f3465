import { useTranslation } from 'react-i18next';
import { useSystem } from '../../bank/use-system.ts';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Failure, Loading } from '../../ui/states.tsx';

const HEIGHT = '12rem';

/** The bank at work, live. */
export default function OverviewPage() {
  const { t } = useTranslation('overview');
  const { data: system, error, refetch } = useSystem();
  return (
    <Page title={t('title')}>
      <Panel title={t('services')}>
        {system === undefined && error === null && <Loading height={HEIGHT} lines={3} />}
        {system === undefined && error !== null && (
          <Failure error={error} height={HEIGHT} onRetry={() => void refetch()} />
        )}
        {system?.businessServices.map((service) => (
          <p key={service.id}>
            {service.id} {service.state}
          </p>
        ))}
      </Panel>
    </Page>
  );
}
