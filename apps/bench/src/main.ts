import { createBench } from './program.ts';
import { note } from './terminal.ts';

try {
  await createBench().parseAsync();
} catch (error) {
  note(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
