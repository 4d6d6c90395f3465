import type { Logger } from '@lastro/service';
import { QueueBrokerError } from './broker-error.ts';

/** What is done about a broker with which promises do not hold. */
export interface Safety {
  /** It is used all the same: LASTRO_ALLOW_UNSAFE. */
  readonly allowUnsafe: boolean;
  readonly logger: Logger;
}

/** Refuses the broker, unless the operator insists: then it is a loud warning. @throws QueueBrokerError */
export function refuseUnsafe(problem: string, { allowUnsafe, logger }: Safety, cause?: unknown): void {
  if (!allowUnsafe) throw new QueueBrokerError(problem, { isLasting: true, cause });
  logger.warn(`UNSAFE, and used all the same because of LASTRO_ALLOW_UNSAFE: ${problem}`);
}
