import { type FormEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Fault } from '../bank/fault.ts';
import { LanguageChoice } from '../layout/language-choice.tsx';
import { Logo } from '../layout/logo.tsx';
import { ThemeChoice } from '../layout/theme-choice.tsx';
import { Button } from '../ui/button.tsx';
import { useFaultText } from '../ui/fault-text.tsx';
import { Field } from '../ui/field.tsx';
import styles from './sign-in-page.module.css';

/** Why somebody is not let in: `ended` is a key that was good when the session began. */
export type SignInFault =
  Exclude<Fault, { kind: 'refused_key' }> | { readonly kind: 'unknown_key' } | { readonly kind: 'ended' };

interface SignInPageProps {
  readonly fault: SignInFault | undefined;
  readonly onSignIn: (key: string, keep: boolean) => Promise<void>;
}

/** The door: asks for a key. */
export function SignInPage({ fault, onSignIn }: SignInPageProps) {
  const { t } = useTranslation();
  return (
    <div className={styles['page']}>
      <title>{`${t('signIn.title')} · Lastro`}</title>
      <main className={styles['card']}>
        <Logo />
        <h1>{t('signIn.title')}</h1>
        <p className={styles['lead']}>{t('signIn.lead')}</p>
        <SignInForm fault={fault} onSignIn={onSignIn} />
      </main>
      <footer className={styles['choices']}>
        <LanguageChoice />
        <ThemeChoice />
      </footer>
    </div>
  );
}

function SignInForm({ fault, onSignIn }: SignInPageProps) {
  const { t } = useTranslation();
  const faultOfKey = useSignInFaultText(fault);
  const [key, setKey] = useState('');
  const [keep, setKeep] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const keepId = useId();
  const signIn = (event: FormEvent) => {
    event.preventDefault();
    setAsking(true);
    void onSignIn(key.trim(), keep).finally(() => setAsking(false));
  };
  return (
    <form onSubmit={signIn}>
      <Field
        label={t('signIn.key')}
        hint={t('signIn.keyHint')}
        fault={faultOfKey}
        input={(props) => (
          <input
            {...props}
            type="password"
            autoComplete="off"
            spellCheck={false}
            required
            value={key}
            onChange={({ target }) => setKey(target.value)}
          />
        )}
      />
      <label className={styles['keep']} htmlFor={keepId}>
        <input
          id={keepId}
          type="checkbox"
          checked={keep}
          onChange={({ target }) => setKeep(target.checked)}
        />
        {t('signIn.keep')}
      </label>
      <Button type="submit" tone="primary" isBusy={isAsking} isWide>
        {t('signIn.submit')}
      </Button>
    </form>
  );
}

function useSignInFaultText(fault: SignInFault | undefined): string | undefined {
  const { t } = useTranslation();
  const textOf = useFaultText();
  switch (fault?.kind) {
    case undefined:
      return undefined;
    case 'unknown_key':
    case 'ended':
    case 'unreachable':
    case 'ledger_unreachable':
      return t(`signIn.faults.${fault.kind}`);
    case 'problem':
    case 'internal':
      return textOf(fault);
  }
}
