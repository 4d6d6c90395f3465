import { fork } from 'node:child_process';
import { join } from 'node:path';

/**
 * A process that starts a service as its child, as `lastro up` does, and says when it is ready. The child
 * holds file descriptor 4 of this process too: whoever has the other end sees when both are gone.
 */
const child = fork(join(import.meta.dirname, 'running-process.ts'), ['finishes'], {
  execArgv: process.execArgv,
  stdio: ['ignore', 'pipe', 'pipe', 'ipc', 4],
});
child.on('message', (message) => process.send!(message));
