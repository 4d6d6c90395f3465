import { convertMinor, type OperationContent } from '@lastro/ledger';
import type { Intake } from '../../../apps/business-service/src/intake.ts';
import { type Mutation, replaceMethods } from './mutation.ts';

/** Bugs of exchanges. */
export const EXCHANGE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'round-half-up',
    bug: 'what is half way between two minor units is rounded up in an exchange, and not to the even one',
    intake: changingExchanges(([sold, bought]) => [
      sold,
      { ...bought, amount: bought.amount + (isHalfWayAbove(sold, bought) ? 1 : 0) },
    ]),
  },
  {
    name: 'lose-a-leg',
    bug: 'of an exchange only the sale goes into the queue, and nothing is bought (I3)',
    queue: (queue) =>
      replaceMethods(queue, {
        append: (entries, atomic) =>
          queue.append(
            entries.some(({ json }) => json.includes('"rate"')) ? entries.slice(0, 1) : entries,
            atomic,
          ),
      }),
  },
  {
    name: 'record-another-rate',
    bug: 'the second transfer of an exchange records another rate than the first (I7)',
    intake: changingExchanges(([sold, bought]) => [sold, { ...bought, rate: '1' }]),
  },
  {
    name: 'settle-through-cash',
    bug: 'an exchange is paid into the cash account of its currency, and not into the one in @fx (I7)',
    intake: changingExchanges(([sold, bought]) => [
      { ...sold, to: sold.to.replace('@fx.', '@cash.') },
      bought,
    ]),
  },
];

type Transfer = Extract<OperationContent, { type: 'transfer' }>;
type Legs = readonly [sold: Transfer, bought: Transfer];

/** Takes other transfers for an exchange than the client has asked for. */
function changingExchanges(change: (legs: Legs) => Legs) {
  return (intake: Intake): Intake =>
    replaceMethods(intake, {
      takeAll(list, ...rest) {
        const contents = list.operations.map(({ content }) => content);
        const isExchange = contents.some(
          (content) => content.type === 'transfer' && content.rate !== undefined,
        );
        const changed = isExchange ? change(contents as unknown as Legs) : contents;
        const operations = list.operations.map((operation, index) => ({
          ...operation,
          content: changed[index]!,
        }));
        return intake.takeAll({ ...list, operations }, ...rest);
      },
    });
}

/** Whether the amount bought was rounded down, from a half exactly. */
function isHalfWayAbove({ amount, rate, currency }: Transfer, bought: Transfer): boolean {
  const digits = { from: currency === 'JPY' ? 0 : 2, to: bought.currency === 'JPY' ? 0 : 2 };
  const twice = convertMinor(2 * amount, rate!, digits);
  return bought.amount % 2 === 0 && twice === 2 * bought.amount + 1;
}
