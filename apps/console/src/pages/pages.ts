import type { Scope } from '@lastro/contract';
import i18n from 'i18next';
import {
  ArrowLeftRight,
  BookOpen,
  FlaskConical,
  LayoutDashboard,
  ListTree,
  type LucideIcon,
  Wallet,
} from 'lucide-react';
import { type ComponentType, lazy } from 'react';
import type { Texts } from '../i18n/texts.ts';

/** Names the folder of a page, the namespace of its texts, and its label in the navigation (`nav.NAME`). */
type PageName = Exclude<keyof Texts, 'console'>;

/** A page of the console. Its folder is `src/pages/NAME`; its texts are `texts/en.ts` and `texts/pt-br.ts` there. */
interface PageEntry {
  readonly name: PageName;
  /** Where it is. Paths below it, such as `/accounts/:id`, are the page's own, routed by itself. */
  readonly path: string;
  readonly icon: LucideIcon;
  /** Shown only to keys that may do this. */
  readonly scope: Scope;
  /** Shown only where the bank says that it can be played with. */
  readonly isPlay?: true;
  /** Fetched with its texts when it is first gone to, or before. */
  readonly Page: ComponentType;
  readonly preload: () => Promise<unknown>;
}

/** Every page, in the order of the navigation. A page is added here, and its texts in `i18n/texts.ts`. */
export const PAGES: readonly PageEntry[] = [
  {
    name: 'overview',
    path: '/',
    icon: LayoutDashboard,
    scope: 'read',
    ...page('overview', () => import('./overview/overview-page.tsx')),
  },
  {
    name: 'accounts',
    path: '/accounts',
    icon: Wallet,
    scope: 'read',
    ...page('accounts', () => import('./accounts/accounts-page.tsx')),
  },
  {
    name: 'operations',
    path: '/operations',
    icon: ListTree,
    scope: 'read',
    ...page('operations', () => import('./operations/operations-page.tsx')),
  },
  {
    name: 'do',
    path: '/do',
    icon: ArrowLeftRight,
    scope: 'operate',
    ...page('do', () => import('./do/do-page.tsx')),
  },
  {
    name: 'ledger',
    path: '/ledger',
    icon: BookOpen,
    scope: 'read',
    ...page('ledger', () => import('./ledger/ledger-page.tsx')),
  },
  {
    name: 'play',
    path: '/play',
    icon: FlaskConical,
    scope: 'admin',
    isPlay: true,
    ...page('play', () => import('./play/play-page.tsx')),
  },
];

/** The page that a path belongs to. */
export function pageOf(path: string): PageEntry | undefined {
  return PAGES.find(
    (entry) => path === entry.path || (entry.path !== '/' && path.startsWith(`${entry.path}/`)),
  );
}

function page(
  name: PageName,
  load: () => Promise<{ default: ComponentType }>,
): Pick<PageEntry, 'Page' | 'preload'> {
  const preload = async () => {
    const [loaded] = await Promise.all([load(), i18n.loadNamespaces(name)]);
    return loaded;
  };
  return { preload, Page: lazy(preload) };
}
