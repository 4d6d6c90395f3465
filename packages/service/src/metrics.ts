import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A registry of its own for one service, with the figures of the Node.js process already in it. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  lookedUpGauge(
    registry,
    'lastro_clock_seconds',
    'What the clock of this machine says, in seconds since 1970.',
    () => Date.now() / 1000,
  );
  return registry;
}

/** A gauge whose value is looked up when it is asked for: what it measures costs nothing until then. */
export function lookedUpGauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value());
    },
  });
}

/** A counter of what is counted elsewhere, looked up when it is asked for. */
export function lookedUpCounter(registry: Registry, name: string, help: string, count: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(count());
    },
  });
}
