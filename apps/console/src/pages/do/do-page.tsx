import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Columns } from '../../ui/columns.tsx';
import { Page } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { type Deed, DEEDS, type Draft, EMPTY_DRAFT, nextDraft } from './draft.ts';
import { OperationForm } from './operation-form.tsx';
import { SentList } from './sent-list.tsx';
import { useSubmissions } from '../../submission/use-submissions.ts';

/** Deposits, withdrawals, transfers, holds and captures, sent from here, and seen to arrive. */
export default function DoPage() {
  const { t } = useTranslation('do');
  const [deed, setDeed] = useState<Deed>('deposit');
  const [draft, setDraft] = useState<Draft>(EMPTY_DRAFT);
  const [round, setRound] = useState(0);
  const [sent, submissions] = useSubmissions();
  const change = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Columns widths="form">
        <Panel title={t('form')}>
          <Tabs
            label={t('form')}
            names={DEEDS}
            labelOf={(name) => t(`tabs.${name}`)}
            shown={deed}
            onShow={setDeed}
          >
            <OperationForm
              deed={deed}
              round={round}
              draft={draft}
              onChange={change}
              onSend={(request, currency) => {
                void submissions.send(request, currency);
                setDraft(nextDraft(draft));
                setRound(round + 1);
              }}
            />
          </Tabs>
        </Panel>
        <Panel title={t('sent.title')}>
          <SentList
            submissions={sent}
            onRetry={(id) => void submissions.retry(id)}
            onCapture={(hold) => {
              setDeed('capture');
              change({ hold, amount: '' });
            }}
          />
        </Panel>
      </Columns>
    </Page>
  );
}
