import {
  BearerKeys,
  createLogger,
  createMetrics,
  type HttpServer,
  type HttpServerOptions,
  RequestSpans,
  type Tracing,
} from '@lastro/service';
import { createHttpServer } from '@lastro/service/http-server';
import { limitCustomers } from '../access/customers.ts';
import { limitRates } from '../access/rate-limits.ts';
import { addConsoleRoutes } from '../console/console-routes.ts';
import type { EventStreams } from '../events/event-streams.ts';
import type { PlayControl } from '../play/play-control.ts';
import { addPlayRoutes } from '../play/play-routes.ts';
import type { StatementExports } from '../statement-exports.ts';
import type { DataServices } from '../system/data-services.ts';
import type { SystemView } from '../system/system-view.ts';
import { addDocsRoutes } from './docs-routes.ts';
import { addDryRunQuery } from './doors.ts';
import { addEventRoute } from './event-route.ts';
import { addExportRoute } from './export-route.ts';
import { LedgerReads } from './ledger-reads.ts';
import { addMonitorRoutes } from './monitor-routes.ts';
import { addOpenApi } from './open-api.ts';
import { addWebhookRoutes } from './webhook-routes.ts';
import { addRoutes, type ApiParts } from './routes.ts';
import { addSystemRoute } from './system-route.ts';
import { addVerificationRoutes } from './verification-routes.ts';

/** What the whole API works with. */
interface AllParts extends ApiParts {
  readonly streams: EventStreams;
  readonly exports: StatementExports;
  readonly system: SystemView;
  readonly dataServices: DataServices;
  /** Absent: this bank cannot be played with. */
  readonly play?: PlayControl | undefined;
  /** Where the console is built; absent: it is not served. */
  readonly consoleDirectory?: string | undefined;
  /** Where traces are on. */
  readonly tracing?: Tracing | undefined;
}

/** The public API, ready to listen. */
export async function createApi(options: HttpServerOptions, parts: AllParts): Promise<HttpServer> {
  const app = createHttpServer(options);
  // Answers are made of JSON texts, or are small: response schemas are there for the document only.
  app.setSerializerCompiler(() => JSON.stringify);
  limitRates(app, parts.rates);
  limitCustomers(app);
  addDryRunQuery(app);
  await addOpenApi(app);
  addRoutes(app, { ...parts, spans: parts.tracing && spansOf(app, parts.tracing) }, options.logger);
  addEventRoute(app, parts.streams, options.keys);
  const ledger = new LedgerReads(parts.client, options.logger);
  addMonitorRoutes(app, ledger);
  addWebhookRoutes(app, ledger);
  addExportRoute(app, parts.exports);
  addSystemRoute(app, parts.system);
  addVerificationRoutes(app, parts.dataServices);
  addPlayRoutes(app, parts.play, options.logger);
  await addDocsRoutes(app);
  if (parts.consoleDirectory !== undefined) await addConsoleRoutes(app, parts.consoleDirectory);
  await app.ready();
  return app;
}

/** Requests that bring operations are traced; reads are not. */
function spansOf(app: HttpServer, tracing: Tracing): RequestSpans {
  return new RequestSpans(
    app,
    tracing,
    ({ config }) => config.takesOperation === true || config.takesOperations === true,
  );
}

/** The OpenAPI document of the public API, without a service behind it. */
export async function buildOpenApi(): Promise<object> {
  const app = await createApi(
    {
      logger: createLogger('openapi', 'silent'),
      metrics: createMetrics('openapi'),
      keys: new BearerKeys(),
    },
    // Routes are described here and never called.
    { waitMaxMs: 0 } as AllParts,
  );
  const document = app.swagger();
  await app.close();
  return document;
}
