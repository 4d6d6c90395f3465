import type { HttpServer, Logger, RequestSpans } from '@lastro/service';
import { KeyIssuer } from '../access/key-issuer.ts';
import type { RateLimits } from '../access/rate-limits.ts';
import type { DataServiceClient } from '../data-service-client.ts';
import { DryRun } from '../dry-run.ts';
import type { Intake } from '../intake.ts';
import type { OperationStates } from '../operation-state.ts';
import type { OperationQueue } from '../queue/queue.ts';
import { addAccountLifeRoutes } from './account-life-routes.ts';
import { addAccountRoutes } from './account-routes.ts';
import { BalanceReads } from './balance-reads.ts';
import { addBulkRoute } from './bulk-route.ts';
import { addDeadLetterRoutes } from './dead-letter-routes.ts';
import { addKeyRoutes } from './key-routes.ts';
import { doorsOf } from './doors.ts';
import { addExchangeRoute } from './exchange-route.ts';
import { addHoldRoutes } from './hold-routes.ts';
import { LedgerReads } from './ledger-reads.ts';
import { addOperationRoutes, addOperationStateRoute } from './operation-routes.ts';
import { addReadinessRoute } from './readiness-route.ts';
import { addReadRoutes } from './read-routes.ts';
import { addReversalRoutes } from './reversal-routes.ts';
import { addScheduleRoutes } from './schedule-routes.ts';
import { addSenderRoute } from './sender-route.ts';
import { operationTaker } from './take-operation.ts';
import { tracedDoors } from './traced-doors.ts';

/** What the routes work with. */
export interface ApiParts {
  readonly intake: Intake;
  readonly queue: OperationQueue;
  readonly states: OperationStates;
  readonly client: DataServiceClient;
  readonly rates: RateLimits;
  /** Makes this service know of every change of the keys so far. */
  readonly refreshKeys: () => Promise<void>;
  readonly waitMaxMs: number;
  /** Of the requests that are traced, where traces are on. */
  readonly spans?: RequestSpans | undefined;
}

/** The routes of the public API; its documentation, exports and what all services have are not here. */
export function addRoutes(app: HttpServer, parts: ApiParts, logger: Logger): void {
  const { intake, queue, states, client, rates, refreshKeys, waitMaxMs, spans } = parts;
  const ledger = new LedgerReads(client, logger);
  const doors = doorsOf(intake, new DryRun(ledger, states));
  const doorOf = spans === undefined ? doors : tracedDoors(doors, spans);
  const take = operationTaker(doorOf, waitMaxMs);
  addAccountRoutes(app, doorOf, waitMaxMs);
  addOperationRoutes(app, take);
  addExchangeRoute(app, doorOf, waitMaxMs);
  addHoldRoutes(app, take, ledger);
  addReversalRoutes(app, take, ledger);
  addAccountLifeRoutes(app, take);
  addBulkRoute(app, doorOf, rates, waitMaxMs);
  addScheduleRoutes(app, ledger, rates);
  addOperationStateRoute(app, queue, states, ledger);
  addReadRoutes(app, ledger, new BalanceReads(ledger));
  addDeadLetterRoutes(app, queue, states, logger);
  addKeyRoutes(app, new KeyIssuer(ledger, refreshKeys), ledger, logger);
  addSenderRoute(app);
  addReadinessRoute(app, intake, queue, client);
}
