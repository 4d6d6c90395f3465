import type { HostNetwork } from '../machine/network.ts';

/** What each part of the bank is made with. */
export interface ClusterOptions {
  readonly directory: string;
  readonly network: HostNetwork;
  /** Whom PostgreSQL runs as, which does not run as root. */
  readonly owner: { readonly uid: number; readonly gid: number };
  /** Told of every start and end of a process. */
  readonly onEvent: (text: string) => void;
}
