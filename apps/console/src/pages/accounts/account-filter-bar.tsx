import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { ACCOUNT_ID } from '../../bank/use-account.ts';
import { FilterBar } from '../../filters/filter-bar.tsx';
import { FilterAmount, FilterChoice, FilterCurrency, FilterText } from '../../filters/filter-fields.tsx';
import type { FilterChanges } from '../../filters/url-filters.ts';
import { ACCOUNT_STATUSES, type AccountFilters, ID_PREFIX } from './account-filters.ts';

interface AccountFilterBarProps {
  readonly filters: AccountFilters;
  readonly onChange: (changed: FilterChanges<AccountFilters>) => void;
  readonly onClear: () => void;
}

/** The filters of the accounts. A whole id and the Enter key lead straight to the account. */
export function AccountFilterBar({ filters, onChange, onClear }: AccountFilterBarProps) {
  const { t } = useTranslation(['accounts', 'console']);
  const [, goTo] = useLocation();
  const faultUnless = (pattern: RegExp, fault: string) => (text: string) =>
    pattern.test(text) ? undefined : fault;
  return (
    <FilterBar
      count={Object.keys(filters).length}
      onClear={onClear}
      first={
        <FilterText
          label={t('accounts:filters.id')}
          value={filters.prefix}
          inputMode="search"
          faultOf={faultUnless(ID_PREFIX, t('accounts:faults.id'))}
          onChange={(prefix) => onChange({ prefix })}
          onEnter={(id) => ACCOUNT_ID.test(id) && goTo(`/accounts/${encodeURIComponent(id)}`)}
        />
      }
    >
      <FilterText
        label={t('accounts:filters.name')}
        value={filters.namePrefix}
        onChange={(namePrefix) => onChange({ namePrefix })}
      />
      <FilterCurrency currency={filters.currency} onChange={(currency) => onChange({ currency })} />
      <FilterChoice
        label={t('accounts:status')}
        value={filters.status}
        options={ACCOUNT_STATUSES}
        labelOf={(status) => t(`console:accountStatuses.${status}`)}
        onChange={(status) => onChange({ status })}
      />
      <FilterAmount
        label={t('accounts:filters.balanceMin')}
        currency={filters.currency}
        minor={filters.balanceMin}
        min={-Number.MAX_SAFE_INTEGER}
        onChange={(balanceMin) => onChange({ balanceMin })}
      />
      <FilterAmount
        label={t('accounts:filters.balanceMax')}
        currency={filters.currency}
        minor={filters.balanceMax}
        min={-Number.MAX_SAFE_INTEGER}
        onChange={(balanceMax) => onChange({ balanceMax })}
      />
    </FilterBar>
  );
}
