import { moduleBeside } from '../../processes/child.ts';
import type { Ground, RunningContender } from '../contender.ts';
import { createMigratedDatabase } from '../lastro/migrated-database.ts';
import type { CopySettings } from './copy-process.ts';

/** How fast the load generator itself is. */
export function startGeneratorLimit(ground: Ground): Promise<RunningContender> {
  return startLimit(ground, 'raw-server', {});
}

/** How fast requests can be accepted at all. */
export function startHttpLimit(ground: Ground): Promise<RunningContender> {
  return startLimit(ground, 'http', {});
}

/** How fast rows of operations can be made durable at all; it takes no load, but runs of `copyRows`. */
export async function startCopyLimit(ground: Ground): Promise<RunningContender> {
  const databaseUrl = await createMigratedDatabase(ground, 'copy_limit');
  const settings: CopySettings = { databaseUrl, accountCount: ground.accountCount };
  return { ...(await startLimit(ground, 'copy', settings)), usesPostgres: true };
}

async function startLimit(ground: Ground, name: string, settings: object): Promise<RunningContender> {
  const module = moduleBeside(import.meta.url, `${name}-process`);
  const service = await ground.startService(`limit-${name}`, module, settings);
  return { urls: [service.url], services: [service], usesPostgres: false };
}
