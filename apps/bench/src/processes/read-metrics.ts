/** The figures of a service's /metrics by their names, labels left out: fine for those that have one line each. */
export async function readMetrics(serviceUrl: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${serviceUrl}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.search(/[{ ]/)), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}
