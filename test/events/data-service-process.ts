// Runs a data service with the settings in argv[2] (JSON) until it is killed, and says when it is there.
import { startDataService } from '../../apps/data-service/src/index.ts';

const service = await startDataService(JSON.parse(process.argv[2]!) as NodeJS.ProcessEnv);
process.stdout.write(`${service.url}\n`);
