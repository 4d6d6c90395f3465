import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DATA_SERVICE_NICENESS } from '@lastro/service';
import { type Child, moduleBeside } from '../../processes/child.ts';
import type { Ground } from '../contender.ts';

/** A credential that only this run knows. */
export function newKey(): string {
  return randomBytes(24).toString('hex');
}

export interface BusinessIdentity {
  readonly id: string;
  readonly key: string;
}

/** A data service, as `lastro up` runs it. `port` 0 finds a free one. */
export function startData(
  ground: Ground,
  name: string,
  databaseUrl: string,
  businesses: readonly BusinessIdentity[],
  port = 0,
): Promise<Child> {
  const settings = {
    DATABASE_URL: databaseUrl,
    LASTRO_BUSINESS_KEYS: businesses.map(({ id, key }) => `${id}:${key}`).join(','),
    LASTRO_PORT: String(port),
    LASTRO_LOG_LEVEL: 'warn',
  };
  const module = moduleBeside(import.meta.url, 'data-process');
  return ground.startService(`${name}-data`, module, settings, DATA_SERVICE_NICENESS);
}

/** A business service, as `lastro business` runs it. */
export function startBusiness(
  ground: Ground,
  name: string,
  identity: BusinessIdentity,
  urls: { readonly dataUrl: string; readonly adminKey: string },
): Promise<Child> {
  return ground.startService(`${name}-${identity.id}`, moduleBeside(import.meta.url, 'business-process'), {
    LASTRO_BUSINESS_ID: identity.id,
    LASTRO_BUSINESS_KEY: identity.key,
    LASTRO_DATA_URL: urls.dataUrl,
    LASTRO_QUEUE_DIR: join(ground.directory, `${name}-${identity.id}`),
    LASTRO_ADMIN_KEY: urls.adminKey,
    LASTRO_PORT: '0',
    LASTRO_LOG_LEVEL: 'warn',
    ...ground.businessSettings,
  });
}
