import { createBench } from './program.ts';
import { note } from './terminal.ts';

try {
  await createBench().parseAsync();
} catch (error) {
  note(`bench: ${error instanceof Error ? error.message : String(error)}`);
  // Not only its status: what was interrupted may still wait for answers that no longer come.
  process.exit(1);
}
