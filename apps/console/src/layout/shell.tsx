import { LogOut } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { useSystem } from '../bank/use-system.ts';
import { pageOf, PAGES } from '../pages/pages.ts';
import { useMay, useSession } from '../session/session.ts';
import { Button } from '../ui/button.tsx';
import { BankStateBadge } from './bank-state-badge.tsx';
import { LanguageChoice } from './language-choice.tsx';
import { Logo } from './logo.tsx';
import { pageChanges } from './page-changes.ts';
import { useScrollPlaces } from './scroll-places.ts';
import styles from './shell.module.css';
import { ThemeChoice } from './theme-choice.tsx';

/** The page that somebody came for goes first. */
const PRELOAD_AFTER_MS = 1_000;

/** What is around every page: the header, the navigation, and the way past them for those who use a keyboard. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const main = useRef<HTMLElement>(null);
  const { caller, signOut } = useSession();
  const isSignedInAs = t('header.key', { name: caller.name, scope: caller.scope });
  useNotedPageChanges();
  usePreloadedPages();
  return (
    <div className={styles['shell']}>
      <a
        className={styles['skip']}
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t('nav.skip')}
      </a>
      <header className={styles['header']}>
        <Logo />
        <BankStateBadge />
        <div className={styles['controls']}>
          <span className={styles['caller']} title={isSignedInAs}>
            {caller.name}
          </span>
          <LanguageChoice />
          <ThemeChoice />
          <Button
            tone="quiet"
            icon={<LogOut />}
            title={isSignedInAs}
            aria-label={t('header.signOut')}
            onClick={signOut}
          />
        </div>
      </header>
      <Navigation />
      <main id="main" ref={main} className={styles['main']} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function Navigation() {
  const { t } = useTranslation();
  const [location] = useLocation();
  const here = pageOf(location);
  return (
    <nav className={styles['nav']} aria-label={t('nav.label')}>
      <ul>
        {PAGES.map((page) => (
          <NavigationItem key={page.name} page={page} isHere={page === here} />
        ))}
      </ul>
    </nav>
  );
}

function NavigationItem({
  page,
  isHere,
}: {
  readonly page: (typeof PAGES)[number];
  readonly isHere: boolean;
}) {
  const { t } = useTranslation();
  const isAllowed = useMay(page.scope);
  const { data: system } = useSystem();
  if (!isAllowed || (page.isPlay === true && system?.play !== true)) return null;
  return (
    <li>
      <Link href={page.path} aria-current={isHere ? 'page' : undefined}>
        <page.icon aria-hidden="true" />
        <span>{t(`nav.${page.name}`)}</span>
      </Link>
    </li>
  );
}

/** From the second page on, a page takes the focus. */
function useNotedPageChanges(): void {
  const [location] = useLocation();
  const first = useRef(location);
  useScrollPlaces(location);
  useEffect(() => {
    if (first.current !== location) pageChanges.happen();
  }, [location]);
}

/** So that every page is there when it is gone to, also while nothing answers. */
function usePreloadedPages(): void {
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const { preload } of PAGES) void preload().catch(() => undefined);
    }, PRELOAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
}
