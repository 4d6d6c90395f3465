/** A part of the bank did not come up, or not again. */
export class BankFault extends Error {
  override readonly name = 'BankFault';
}
