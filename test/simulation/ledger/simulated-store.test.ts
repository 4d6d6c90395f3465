import { describeStore } from '../../../apps/data-service/test/store-conformance.ts';
import { LedgerServer, type ServerEnvironment } from './ledger-server.ts';
import { SimulatedStore } from './simulated-store.ts';

/** Time stands still: nothing times out, and every statement takes one turn of the event loop. */
const environment: ServerEnvironment = {
  after: () => ({ cancelled: false }),
  happened: () => undefined,
  lockTimeoutMs: Infinity,
  stalledCommitTimeoutMs: Infinity,
};

describeStore('the simulation', async () => {
  const server = new LedgerServer(environment);
  const connect = async () => {
    const session = server.connect();
    return {
      async run<Result>(_what: string, statement: (own: typeof session) => Result | Promise<Result>) {
        await new Promise((resolve) => setImmediate(resolve));
        return server.execute(session, () => statement(session));
      },
      release: () => server.end(session, 'closed'),
    };
  };
  return {
    open: async () => new SimulatedStore({ server, connect }),
    destroy: async () => undefined,
  };
});
