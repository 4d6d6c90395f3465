import i18n from 'i18next';
import { X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ACCOUNT_ID } from '../../bank/use-account.ts';
import { FilterBar } from '../../filters/filter-bar.tsx';
import {
  FilterAmount,
  FilterChoice,
  FilterCurrency,
  FilterText,
  FilterTime,
} from '../../filters/filter-fields.tsx';
import type { FilterChanges } from '../../filters/url-filters.ts';
import type consoleTexts from '../../texts/en.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import {
  METADATA_FILTERS_MAX,
  metadataFilter,
  metadataOf,
  metadataPairOf,
  type OperationListFilters,
  STATUSES,
} from './operation-filters.ts';
import styles from './operation-filter-bar.module.css';

interface OperationFilterBarProps {
  readonly filters: OperationListFilters;
  readonly onChange: (changed: FilterChanges<OperationListFilters>) => void;
  readonly onClear: () => void;
}

type TypeName = keyof typeof consoleTexts.types;
type ReasonName = keyof typeof consoleTexts.reasons;

/** The filters of the operations. */
export function OperationFilterBar({ filters, onChange, onClear }: OperationFilterBarProps) {
  const { t } = useTranslation(['operations', 'console']);
  return (
    <>
      <FilterBar
        count={Object.keys(filters).length}
        onClear={onClear}
        isWide
        first={
          <FilterText
            label={t('operations:filters.account')}
            value={filters.account}
            inputMode="search"
            faultOf={(text) => (ACCOUNT_ID.test(text) ? undefined : t('operations:faults.account'))}
            onChange={(account) => onChange({ account })}
          />
        }
      >
        <FilterChoice
          label={t('operations:type')}
          value={filters.type}
          options={namesIn<TypeName>('types')}
          labelOf={(name) => t(`console:types.${name}`)}
          onChange={(type) => onChange({ type })}
        />
        <FilterChoice
          label={t('operations:status')}
          value={filters.status}
          options={STATUSES}
          labelOf={(name) => t(`console:statuses.${name}`)}
          onChange={(status) => onChange({ status })}
        />
        <FilterChoice
          label={t('operations:reason')}
          value={filters.reason}
          options={namesIn<ReasonName>('reasons')}
          labelOf={(name) => t(`console:reasons.${name}`)}
          onChange={(reason) => onChange({ reason })}
        />
        <FilterTime
          label={t('operations:filters.from')}
          value={filters.from}
          onChange={(from) => onChange({ from })}
        />
        <FilterTime
          label={t('operations:filters.to')}
          value={filters.to}
          onChange={(to) => onChange({ to })}
        />
        <FilterCurrency currency={filters.currency} onChange={(currency) => onChange({ currency })} />
        <FilterAmount
          label={t('operations:filters.amountMin')}
          currency={filters.currency}
          minor={filters.amountMin}
          min={1}
          onChange={(amountMin) => onChange({ amountMin })}
        />
        <FilterAmount
          label={t('operations:filters.amountMax')}
          currency={filters.currency}
          minor={filters.amountMax}
          min={1}
          onChange={(amountMax) => onChange({ amountMax })}
        />
        <MetadataField filters={filters} onChange={onChange} />
      </FilterBar>
      <MetadataChips filters={filters} onChange={onChange} />
    </>
  );
}

/** Every name that there are texts for: a test holds these to the bank's. */
function namesIn<Name extends string>(key: 'types' | 'reasons'): readonly Name[] {
  return Object.keys(i18n.getResource(i18n.language, 'console', key) as object) as Name[];
}

type MetadataProps = Omit<OperationFilterBarProps, 'onClear'>;

/** `order=A-77` and the Enter key: one more pair that is looked for. */
function MetadataField({ filters, onChange }: MetadataProps) {
  const { t } = useTranslation('operations');
  const [text, setText] = useState('');
  const pair = metadataPairOf(text);
  const isFull = metadataOf(filters).length >= METADATA_FILTERS_MAX;
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (pair === undefined) return;
    onChange(metadataFilter(...pair));
    setText('');
  };
  return (
    <form onSubmit={add}>
      <TextField
        label={t('filters.metadata')}
        hint={pair === undefined ? '' : t('filters.metadataEnter')}
        isCompact
        placeholder="order=A-77"
        disabled={isFull}
        text={text}
        onChange={setText}
      />
    </form>
  );
}

function MetadataChips({ filters, onChange }: MetadataProps) {
  const { t } = useTranslation('operations');
  const pairs = metadataOf(filters);
  if (pairs.length === 0) return null;
  return (
    <div className={styles['chips']}>
      {pairs.map(([key, value]) => (
        <span key={key} className={styles['chip']}>
          <code>{key}</code> {value}
          <Button
            tone="quiet"
            icon={<X />}
            aria-label={t('filters.without', { key })}
            onClick={() => onChange(metadataFilter(key, undefined))}
          />
        </span>
      ))}
    </div>
  );
}
