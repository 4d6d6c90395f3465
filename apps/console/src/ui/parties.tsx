import type { Operation } from '@lastro/contract';

/** `alice → bob`, or the one account that it is about. */
export function Parties({ operation: { from, to, account } }: { readonly operation: Operation }) {
  if (from === undefined && to === undefined) return account;
  if (from === undefined || to === undefined) return from ?? to;
  return (
    <>
      {from} <span aria-hidden="true">→</span> {to}
    </>
  );
}
