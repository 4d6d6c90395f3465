import {
  BearerKeys,
  createHttpServer,
  createLogger,
  createMetrics,
  type HttpServer,
  type HttpServerOptions,
} from '@lastro/service';
import type { DataServiceClient } from '../data-service-client.ts';
import type { Intake } from '../intake.ts';
import type { OperationStates } from '../operation-state.ts';
import type { OperationQueue } from '../queue/queue.ts';
import { addAccountRoutes } from './account-routes.ts';
import { addBulkRoute } from './bulk-route.ts';
import { addDeadLetterRoutes } from './dead-letter-routes.ts';
import { addDocsRoutes } from './docs-routes.ts';
import { addOpenApi } from './open-api.ts';
import { addOperationRoutes, addOperationStateRoute } from './operation-routes.ts';
import { addReadinessRoute } from './readiness-route.ts';
import { BalanceReads } from './balance-reads.ts';
import { LedgerReads } from './ledger-reads.ts';
import { addReadRoutes } from './read-routes.ts';

/** What the routes work with. */
export interface ApiParts {
  readonly intake: Intake;
  readonly queue: OperationQueue;
  readonly states: OperationStates;
  readonly client: DataServiceClient;
  readonly waitMaxMs: number;
}

/** The public API, ready to listen. */
export async function createApi(options: HttpServerOptions, parts: ApiParts): Promise<HttpServer> {
  const { intake, queue, states, client, waitMaxMs } = parts;
  const app = createHttpServer(options);
  // Answers are made of JSON texts, or are small: response schemas are there for the document only.
  app.setSerializerCompiler(() => JSON.stringify);
  const ledger = new LedgerReads(client, options.logger);
  await addOpenApi(app);
  addAccountRoutes(app, intake, waitMaxMs);
  addOperationRoutes(app, intake, waitMaxMs);
  addBulkRoute(app, intake, waitMaxMs);
  addOperationStateRoute(app, queue, states, ledger);
  addReadRoutes(app, ledger, new BalanceReads(ledger));
  addDeadLetterRoutes(app, queue, states, options.logger);
  addReadinessRoute(app, intake, queue, client);
  await addDocsRoutes(app);
  await app.ready();
  return app;
}

/** The OpenAPI document of the public API, without a service behind it. */
export async function buildOpenApi(): Promise<object> {
  const app = await createApi(
    {
      logger: createLogger('openapi', 'silent'),
      metrics: createMetrics('openapi'),
      keys: new BearerKeys(),
      bodySizeMaxBytes: 1,
      requestTimeoutMs: 1,
    },
    // Routes are described here and never called.
    { waitMaxMs: 0 } as ApiParts,
  );
  const document = app.swagger();
  await app.close();
  return document;
}
