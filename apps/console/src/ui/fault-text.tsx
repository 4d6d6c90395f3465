import { useTranslation } from 'react-i18next';
import type { Fault } from '../bank/fault.ts';
import type { Texts } from '../i18n/texts.ts';

type ProblemName = keyof Texts['console']['problems'];
type ReasonName = keyof Texts['console']['reasons'];

/** Why something did not work, in the language of whoever looks; as the bank says it where its code has no text here. */
export function useFaultText(): (fault: Fault) => string {
  const { t, i18n } = useTranslation();
  return (fault) => {
    switch (fault.kind) {
      case 'unreachable':
        return t('states.unreachable');
      case 'ledger_unreachable':
        return t('states.ledgerUnreachable');
      case 'refused_key':
        return t('states.refusedKey');
      case 'internal':
        return t('states.failed');
      case 'problem':
        if (i18n.exists(`problems.${fault.code}`)) return t(`problems.${fault.code as ProblemName}`);
        return i18n.exists(`reasons.${fault.code}`)
          ? t('submission.rejected', { reason: t(`reasons.${fault.code as ReasonName}`) })
          : fault.sentence;
    }
  };
}

/** The same, with what the bank says of this very request. */
export function FaultText({ fault }: { readonly fault: Fault }) {
  return (
    <>
      {useFaultText()(fault)} <FaultDetail fault={fault} />
    </>
  );
}

/** What the bank says of this very request: in English, whoever looks. */
export function FaultDetail({ fault }: { readonly fault: Fault }) {
  const { i18n } = useTranslation();
  if (fault.kind === 'internal') return <span lang="en">{fault.sentence}</span>;
  if (fault.kind !== 'problem' || fault.detail === undefined) return null;
  // In another language the text of the code says most of it, except of what does not fit the contract.
  const isNeeded = i18n.language === 'en' || fault.code.startsWith('invalid_');
  return isNeeded && <span lang="en">{fault.detail}</span>;
}
