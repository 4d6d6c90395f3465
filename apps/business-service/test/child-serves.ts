// Runs a business service with the settings in argv[2] (JSON) until it is killed, and prints its process id and URL.
import { startBusinessService } from '../src/index.ts';

const service = await startBusinessService(JSON.parse(process.argv[2]!) as NodeJS.ProcessEnv);
process.stdout.write(`${process.pid} ${service.url}\n`);
