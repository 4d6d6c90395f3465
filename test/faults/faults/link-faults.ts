import type { Bank, Layer } from '../bank/bank.ts';
import { LINK_FAULTS } from '../network/faulty-link.ts';
import type { Fault } from './fault.ts';

const LAYERS: readonly Layer[] = ['clients-business', 'business-data', 'data-postgres'];

/** Everything that a link can do, between each two kinds of parts. */
export function linkFaults(bank: Bank): Fault[] {
  return LAYERS.flatMap((layer) => {
    const links = bank.links.filter((candidate) => candidate.layer === layer);
    return LINK_FAULTS.map((fault) => ({
      kind: `${fault} ${layer}`,
      async strike(random) {
        const { link } = random.pick(links);
        await link.begin(fault);
        return { target: link.name, heal: () => link.heal() };
      },
    })) satisfies Fault[];
  });
}
