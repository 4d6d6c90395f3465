import { randomUUID } from 'node:crypto';
import {
  BearerKeys,
  ConfigError,
  createLogger,
  createMetrics,
  httpLimits,
  type Logger,
  openTracing,
  type Registry,
  RequestSpans,
  type RunningService,
} from '@lastro/service';
import { createHttpServer } from '@lastro/service/http-server';
import { addAccessRoutes } from './access/access-routes.ts';
import { AccessStore } from './access/access-store.ts';
import { addBatchRoutes, BATCHES_PATH } from './api/batch-routes.ts';
import { addCommittedBatchRoutes } from './api/committed-batch-routes.ts';
import { addExportRoute } from './api/export-route.ts';
import { addFindingRoutes } from './api/finding-routes.ts';
import { addDryRunRoutes } from './api/dry-run-routes.ts';
import { addHoldRoutes } from './api/hold-routes.ts';
import { readsFor } from './api/lagging-reads.ts';
import { addReadRoutes } from './api/read-routes.ts';
import { addReadinessRoute } from './api/readiness-route.ts';
import { storeProblem } from './api/store-problem.ts';
import { AccountCache } from './commit/account-cache.ts';
import { type CommitObserver, CommitQueue } from './commit/commit-queue.ts';
import { decideBatch } from './commit/decide-batch.ts';
import { KnownHeads } from './commit/known-heads.ts';
import { LedgerWriter } from './commit/ledger-writer.ts';
import { PostingWatch } from './commit/posting-watch.ts';
import { type DataServiceConfig, dataServiceConfig } from './config.ts';
import { Events } from './events/events.ts';
import { commitMetrics, watchCommitQueue, watchPosting, watchSchedules } from './metrics.ts';
import { createProjectionService, type ProjectionService } from './projection/projection-service.ts';
import type { PostgresSettings } from './storage/postgres/connections.ts';
import { DatabaseSafety } from './storage/postgres/database-safety.ts';
import { HoldExpiry } from './expiry/hold-expiry.ts';
import { DueSchedules } from './schedules/due-schedules.ts';
import { addScheduleRoutes } from './schedules/schedule-routes.ts';
import { ScheduleStore } from './schedules/schedule-store.ts';
import { StandbyReads } from './storage/postgres/standby-reads.ts';
import { checkDatabase } from './storage/postgres/start-check.ts';
import { PostgresStore } from './storage/postgres/postgres-store.ts';
import { openSystem } from './system/open-system.ts';

/** It begins no traces by itself: what it does in one, it was asked to do. */
const TRACED_SERVICE = { name: 'lastro-data-service', instance: randomUUID(), ratio: 0, linksMax: 1 };

/**
 * Starts a data service with the settings in `env`. Any number may run on one database.
 *
 * @throws ConfigError (also: a database that does not keep the promises), StoreUnavailableError (no database), NewerSchemaError, or the error of a taken port.
 */
export async function startDataService(env: NodeJS.ProcessEnv): Promise<RunningService> {
  const config = dataServiceConfig(env);
  const logger = createLogger('data-service', config.LASTRO_LOG_LEVEL);
  const settings = postgresSettings(config);
  const demands = {
    synchronousStandbysMin: config.LASTRO_SYNCHRONOUS_STANDBYS_MIN,
    allowUnsafe: config.LASTRO_ALLOW_UNSAFE,
  };
  await checkDatabase({ ...settings, ...demands }, logger);
  const safety = new DatabaseSafety(settings, demands, logger);
  const store = new PostgresStore(settings, safety);
  const access = new AccessStore(settings);
  const schedules = new ScheduleStore(settings, config.LASTRO_SCHEDULES_WAITING_MAX);
  const events = new Events(config, settings);
  const projection = createProjectionService(config);
  const standbys = openStandbys(config, settings);
  try {
    await store.migrate();
    const parts = { store, safety, access, schedules, events, projection, standbys };
    return await serve(config, parts, logger);
  } catch (error) {
    await projection.close();
    await standbys?.close();
    await events.close();
    await schedules.close();
    await access.close();
    await store.close();
    await safety.close();
    throw error;
  }
}

function postgresSettings(config: DataServiceConfig): PostgresSettings {
  return {
    databaseUrl: config.DATABASE_URL,
    readConnectionsMax: config.LASTRO_DATABASE_READ_CONNECTIONS_MAX,
    connectTimeoutMs: config.LASTRO_DATABASE_CONNECT_TIMEOUT_MS,
    statementTimeoutMs: config.LASTRO_DATABASE_STATEMENT_TIMEOUT_MS,
    exchangeTimeoutMs: config.LASTRO_DATABASE_EXCHANGE_TIMEOUT_MS,
    stalledCommitTimeoutMs: config.LASTRO_DATABASE_STALLED_COMMIT_TIMEOUT_MS,
  };
}

interface Parts {
  readonly store: PostgresStore;
  readonly safety: DatabaseSafety;
  readonly access: AccessStore;
  readonly schedules: ScheduleStore;
  readonly events: Events;
  readonly projection: ProjectionService;
  readonly standbys: StandbyReads | undefined;
}

function openStandbys(config: DataServiceConfig, settings: PostgresSettings): StandbyReads | undefined {
  const databaseUrl = config.LASTRO_READ_DATABASE_URL;
  return databaseUrl === undefined ? undefined : new StandbyReads({ ...settings, databaseUrl });
}

async function serve(
  config: DataServiceConfig,
  { store, safety, access, schedules, events, projection, standbys }: Parts,
  logger: Logger,
): Promise<RunningService> {
  const metrics = createMetrics('data-service');
  const heads = new KnownHeads(logger);
  const writer = createWriter(config, store, heads);
  const commits = createCommits(config, writer, tellingOf(commitMetrics(metrics), events), logger);
  const posting = new PostingWatch(
    { safety, heads, writer },
    config.LASTRO_DATABASE_CHECK_INTERVAL_MS,
    logger,
  );
  watchCommitQueue(metrics, commits);
  watchPosting(metrics, { heads, safety });
  const tracing = await openTracing(config, TRACED_SERVICE, metrics, logger);
  const app = createHttpServer({
    logger,
    metrics,
    keys: businessKeys(config.LASTRO_BUSINESS_KEYS),
    limits: httpLimits(config),
    toProblem: storeProblem,
  });
  addBatchRoutes(app, commits, tracing && new RequestSpans(app, tracing, ({ url }) => url === BATCHES_PATH));
  const reads = readsFor(store, standbys);
  addReadRoutes(app, store, (query) => projection.finder.accounts(query), reads);
  addFindingRoutes(app, store, projection.finder, reads);
  addExportRoute(app, reads);
  addCommittedBatchRoutes(app, store);
  events.addRoutes(app);
  addDryRunRoutes(app, store);
  addHoldRoutes(app, store);
  let leaving = false;
  addReadinessRoute(app, store, () => ({ isLeaving: leaving, fault: posting.fault }));
  addAccessRoutes(app, access);
  addScheduleRoutes(app, schedules);
  const system = openSystem(config, postgresSettings(config), { commits, metrics, logger });
  system.addRoutes(app);
  const url = await app.listen({ host: config.LASTRO_HOST, port: config.LASTRO_PORT });
  projection.start(metrics, logger);
  events.start(metrics, logger);
  posting.start();
  const due = startDueWork(config, { store, schedules }, { commits, metrics, logger });
  logger.info({ url }, 'ready');
  return {
    url,
    sayNotReady: () => void (leaving = true),
    async stop() {
      leaving = true;
      await due.stop();
      await posting.stop();
      // What was taken is answered before the connections close; then the database may go.
      await commits.stop();
      await events.stop();
      await app.close();
      await system.close();
      await events.close();
      await schedules.close();
      await access.close();
      await projection.close();
      await standbys?.close();
      await store.close();
      await safety.close();
      await tracing?.stop();
    },
  };
}

function createWriter(config: DataServiceConfig, store: PostgresStore, heads: KnownHeads): LedgerWriter {
  const cache = new AccountCache(config.LASTRO_ACCOUNT_CACHE_SIZE_MAX);
  return new LedgerWriter(store, cache, decideBatch, heads);
}

function createCommits(
  config: DataServiceConfig,
  writer: LedgerWriter,
  observer: CommitObserver,
  logger: Logger,
): CommitQueue {
  return new CommitQueue(
    writer,
    {
      commitOperationsMax: config.LASTRO_COMMIT_OPERATIONS_MAX,
      commitsUnderWayMax: config.LASTRO_COMMITS_UNDER_WAY_MAX,
      commitBesideOperationsMin: config.LASTRO_COMMIT_BESIDE_OPERATIONS_MIN,
      pendingOperationsMax: config.LASTRO_PENDING_OPERATIONS_MAX,
      commitAttemptsMax: config.LASTRO_COMMIT_ATTEMPTS_MAX,
      retryDelayMs: config.LASTRO_COMMIT_RETRY_DELAY_MS,
    },
    observer,
    logger,
  );
}

/** What this service does by itself once its time has come: holds that end, and schedules. */
function startDueWork(
  config: DataServiceConfig,
  { store, schedules }: Pick<Parts, 'store' | 'schedules'>,
  { commits, metrics, logger }: { commits: CommitQueue; metrics: Registry; logger: Logger },
): { stop(): Promise<void> } {
  const expiry = new HoldExpiry(
    store,
    commits,
    {
      intervalMs: config.LASTRO_HOLD_EXPIRY_INTERVAL_MS,
      holdsPerLookMax: config.LASTRO_HOLDS_EXPIRED_AT_ONCE_MAX,
    },
    logger,
  );
  const dueSchedules = new DueSchedules(
    schedules,
    commits,
    {
      intervalMs: config.LASTRO_SCHEDULE_INTERVAL_MS,
      schedulesPerLookMax: config.LASTRO_SCHEDULES_AT_ONCE_MAX,
      operationsPerLookMax: config.LASTRO_SCHEDULED_OPERATIONS_AT_ONCE_MAX,
    },
    logger,
  );
  watchSchedules(metrics, dueSchedules);
  expiry.start();
  dueSchedules.start();
  return {
    async stop() {
      await expiry.stop();
      await dueSchedules.stop();
    },
  };
}

/** The same observer, but whoever waits for events hears of each commit that wrote something. */
function tellingOf(observer: CommitObserver, events: Events): CommitObserver {
  return {
    committed(info) {
      observer.committed(info);
      if (info.written > 0) events.committed();
    },
    retried: () => observer.retried(),
  };
}

function businessKeys(list: string): BearerKeys {
  const keys = new BearerKeys();
  const names = new Set<string>();
  for (const pair of list.split(',')) {
    const separator = pair.indexOf(':');
    const name = pair.slice(0, separator);
    if (names.has(name))
      throw new ConfigError(`settings are wrong: LASTRO_BUSINESS_KEYS names '${name}' twice`);
    names.add(name);
    keys.add(pair.slice(separator + 1), { name, scope: 'operate' });
  }
  return keys;
}
