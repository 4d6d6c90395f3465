import type { Account, StatementFormat } from '@lastro/contract';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { faultOf } from '../../bank/fault.ts';
import { FilterTime } from '../../filters/filter-fields.tsx';
import { useFormats } from '../../i18n/use-formats.ts';
import { useSession } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { FaultText } from '../../ui/fault-text.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import styles from './export-dialog.module.css';
import { collectExport, EXPORT_BYTES_MAX, EXPORT_FORMATS, ExportFault, save } from './export-statement.ts';

type Progress =
  | { readonly at: 'form' }
  | { readonly at: 'reading'; readonly bytes: number }
  | { readonly at: 'done'; readonly bytes: number }
  | { readonly at: 'failed'; readonly error: unknown };

interface ExportDialogProps {
  readonly account: Account;
  readonly onClose: () => void;
}

const KIBIBYTE = 1024;
const FORMAT_NAMES = { csv: 'CSV', jsonl: 'JSON Lines', ofx: 'OFX' } as const;

/** The statement of a period as a file. Asked for with the key in a header: it is in no URL. */
export function ExportDialog({ account, onClose }: ExportDialogProps) {
  const { t } = useTranslation(['accounts', 'console']);
  const { integer } = useFormats();
  const [format, setFormat] = useState<StatementFormat>('csv');
  const [range, setRange] = useState<{ from?: string | undefined; to?: string | undefined }>({});
  const [progress, start] = useExport(account.id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void start(format, range);
  };
  return (
    <Dialog title={t('accounts:export.title', { account: account.id })} onClose={onClose}>
      <form className={styles['form']} onSubmit={submit}>
        <ChoiceField
          label={t('accounts:export.format')}
          hint={t(`accounts:export.formats.${format}`)}
          chosen={format}
          options={EXPORT_FORMATS}
          labelOf={(name) => FORMAT_NAMES[name]}
          onChoose={setFormat}
        />
        <div className={styles['range']}>
          <FilterTime
            label={t('accounts:statement.from')}
            value={range.from}
            onChange={(from) => setRange({ ...range, from })}
          />
          <FilterTime
            label={t('accounts:statement.to')}
            value={range.to}
            onChange={(to) => setRange({ ...range, to })}
          />
        </div>
        <p className={styles['note']} role="status">
          {progress.at === 'form' &&
            t('accounts:export.limit', { limit: integer(EXPORT_BYTES_MAX / KIBIBYTE / KIBIBYTE) })}
          {(progress.at === 'reading' || progress.at === 'done') &&
            t(`accounts:export.${progress.at}`, { size: integer(Math.ceil(progress.bytes / KIBIBYTE)) })}
          {progress.at === 'failed' && <ExportFailure error={progress.error} />}
        </p>
        <div className={styles['actions']}>
          <Button onClick={onClose}>{t('console:actions.close')}</Button>
          <Button type="submit" tone="primary" isBusy={progress.at === 'reading'}>
            {t('accounts:export.action')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function ExportFailure({ error }: { readonly error: unknown }) {
  const { t } = useTranslation('accounts');
  if (error instanceof ExportFault) return t(`export.faults.${error.kind}`);
  return <FaultText fault={faultOf(error)} />;
}

/** Ends with the dialog. */
function useExport(account: string) {
  const { bank, endWithKey } = useSession();
  const [progress, setProgress] = useState<Progress>({ at: 'form' });
  const underWay = useRef<AbortController>(undefined);
  useEffect(() => () => underWay.current?.abort(), []);
  const start = async (
    format: StatementFormat,
    range: { from?: string | undefined; to?: string | undefined },
  ) => {
    const controller = new AbortController();
    underWay.current = controller;
    setProgress({ at: 'reading', bytes: 0 });
    try {
      const query = new URLSearchParams({
        format,
        ...(range.from && { from: range.from }),
        ...(range.to && { to: range.to }),
      });
      const path = `/v1/accounts/${encodeURIComponent(account)}/statement/export?${query.toString()}`;
      const stream = await bank.file(path, controller.signal);
      const file = await collectExport(stream, format, (bytes) => setProgress({ at: 'reading', bytes }));
      save(file, `${account.replaceAll(/[^A-Za-z0-9._-]/g, '-')}.${format}`);
      setProgress({ at: 'done', bytes: file.size });
    } catch (error) {
      if (controller.signal.aborted) return;
      if (faultOf(error).kind === 'refused_key') endWithKey();
      // A connection that is cut while it is read is a file that breaks off.
      setProgress({
        at: 'failed',
        error: error instanceof TypeError ? new ExportFault('broken_off') : error,
      });
    }
  };
  return [progress, start] as const;
}
