import {
  ADMIN_NAME,
  type Authenticator,
  BearerKeys,
  type Logger,
  lookedUpGauge,
  type Registry,
} from '@lastro/service';
import { type BusinessServiceConfig, identityProvider } from '../config.ts';
import type { DataServiceClient } from '../data-service-client.ts';
import { KeyCopy } from './key-copy.ts';
import { KeyRefresh } from './key-refresh.ts';
import { KeyRing } from './key-ring.ts';
import { Principals } from './principals.ts';
import { TokenVerifier } from './token-verifier.ts';
import { UnknownKeys } from './unknown-keys.ts';

/** Who may use a business service. */
export interface Access {
  readonly keys: Authenticator;
  readonly refresh: KeyRefresh;
}

/** Knows the keys of the copy in the directory of the queue; `refresh.start()` makes it know those of the ledger. */
export async function openAccess(
  config: BusinessServiceConfig,
  client: DataServiceClient,
  logger: Logger,
  metrics: Registry,
): Promise<Access> {
  const ring = new KeyRing();
  const refresh = new KeyRefresh({
    ring,
    copy: new KeyCopy(config.LASTRO_QUEUE_DIR),
    read: (path) => client.read(path),
    intervalMs: config.LASTRO_KEYS_REFRESH_INTERVAL_MAX_MS,
    logger,
  });
  await refresh.loadCopy();
  watchKeys(metrics, ring, refresh);
  const settings = new BearerKeys().add(config.LASTRO_ADMIN_KEY, { name: ADMIN_NAME, scope: 'admin' });
  const provider = identityProvider(config);
  const tokens = provider === undefined ? undefined : new TokenVerifier(provider);
  const unknown = new UnknownKeys({
    ring,
    refresh: () => refresh.refresh(),
    intervalMinMs: config.LASTRO_KEYS_UNKNOWN_INTERVAL_MIN_MS,
    waitMaxMs: config.LASTRO_KEYS_UNKNOWN_WAIT_MAX_MS,
    waitingMax: config.LASTRO_KEYS_UNKNOWN_WAITING_MAX,
  });
  return { keys: new Principals(settings, ring, unknown, tokens), refresh };
}

function watchKeys(registry: Registry, ring: KeyRing, refresh: KeyRefresh): void {
  lookedUpGauge(registry, 'lastro_keys', 'Keys that are not revoked.', () => ring.size);
  lookedUpGauge(
    registry,
    'lastro_keys_age_seconds',
    'Time since the keys were last known to be as in the ledger; -1: not since the start.',
    () => {
      const { seenAtMs } = refresh;
      return seenAtMs === undefined ? -1 : Math.max(0, (Date.now() - seenAtMs) / 1000);
    },
  );
}
