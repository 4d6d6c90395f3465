import type { Ground } from '../contender.ts';
import { newKey, startData } from './services.ts';

/** An empty database with the tables and indexes of the ledger, as the data service makes them. */
export async function createMigratedDatabase(ground: Ground, name: string): Promise<string> {
  const databaseUrl = await ground.createDatabase(name);
  const data = await startData(ground, name, databaseUrl, [{ id: 'nobody', key: newKey() }]);
  await data.stop();
  return databaseUrl;
}
