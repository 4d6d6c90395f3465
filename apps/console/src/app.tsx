import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { Shell } from './layout/shell.tsx';
import { pageOf } from './pages/pages.ts';
import { SessionGate } from './session/session-gate.tsx';
import { useMay } from './session/session.ts';
import { FaultBoundary } from './ui/fault-boundary.tsx';
import { Page } from './ui/page.tsx';
import { Empty, Loading } from './ui/states.tsx';

/** The console: behind the sign-in, one page in its frame. */
export function App() {
  return (
    <SessionGate>
      <Shell>
        <CurrentPage />
      </Shell>
    </SessionGate>
  );
}

function CurrentPage() {
  const { t } = useTranslation();
  const [location] = useLocation();
  const entry = pageOf(location);
  const isAllowed = useMay(entry?.scope ?? 'read');
  if (entry === undefined)
    return (
      <Page key={location} title={t('states.notFound')}>
        <Empty title={t('states.notFoundHint')} />
      </Page>
    );
  if (!isAllowed)
    return (
      <Page key={location} title={t(`nav.${entry.name}`)}>
        <Empty title={t('states.notAllowed')} />
      </Page>
    );
  return (
    <FaultBoundary key={entry.name}>
      <Suspense fallback={<Loading height="70dvh" lines={3} />}>
        <entry.Page />
      </Suspense>
    </FaultBoundary>
  );
}
