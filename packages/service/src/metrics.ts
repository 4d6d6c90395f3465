import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A registry of its own for one service, with the figures of the Node.js process already in it. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'lastro_clock_seconds',
    help: 'What the clock of this machine says, in seconds since 1970.',
    registers: [registry],
    collect() {
      this.set(Date.now() / 1000);
    },
  });
  return registry;
}
