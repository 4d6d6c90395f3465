import { type ReactNode, useEffect, useRef } from 'react';
import { pageChanges } from '../layout/page-changes.ts';
import styles from './page.module.css';

interface PageProps {
  readonly title: string;
  /** Under the title, one line. */
  readonly lead?: ReactNode;
  /** At the right of the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** What every page is in: it names the document, and takes the focus when somebody comes from another page. */
export function Page({ title, lead, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (pageChanges.hasHappened()) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <article className={styles['page']}>
      <title>{`${title} · Lastro`}</title>
      <header className={styles['head']}>
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead !== undefined && <p className={styles['lead']}>{lead}</p>}
        </div>
        {actions && <div className={styles['actions']}>{actions}</div>}
      </header>
      {children}
    </article>
  );
}
