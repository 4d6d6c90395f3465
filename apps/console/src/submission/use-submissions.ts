import { useSyncExternalStore } from 'react';
import { faultOf } from '../bank/fault.ts';
import { type Session, useSession } from '../session/session.ts';
import { type Submission, Submissions } from './submissions.ts';

/** One for each session: what was sent is still there when somebody comes back to the page. */
const bySession = new WeakMap<Session, Submissions>();

/** What was sent in this session, newest first, as it arrives. */
export function useSubmissions(): readonly [readonly Submission[], Submissions] {
  const session = useSession();
  let submissions = bySession.get(session);
  if (submissions === undefined) {
    submissions = new Submissions(session.bank.writes, (error) => {
      if (faultOf(error).kind === 'refused_key') session.endWithKey();
    });
    bySession.set(session, submissions);
  }
  return [useSyncExternalStore(submissions.subscribe, submissions.list), submissions];
}
