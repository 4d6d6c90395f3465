import { BinaryWriter, writeRecord } from '@lastro/ledger';
import { accountId, AccountPicker } from '../../load/accounts.ts';
import { OperationIds } from '../../load/operation-ids.ts';

/** The signature, flags and extension length that open a binary COPY, and the number that ends it. */
const COPY_HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const COPY_TRAILER = Buffer.from([0xff, 0xff]);

/** Makes the rows of posted transfers as the ledger writes them, in the order of their sequence. */
export class RowMaker {
  readonly #ids = new OperationIds();
  readonly #acceptance = { acceptedBy: 'business-1', acceptedAt: new Date().toISOString() };
  readonly #picker: AccountPicker;
  #sequence = 0;
  #batch = 0;

  constructor(accountCount: number) {
    this.#picker = new AccountPicker({ count: accountCount }, 1);
  }

  /** The input of one binary COPY into `operation`. */
  nextBatch(size: number): Buffer {
    const writer = new BinaryWriter();
    this.#batch += 1;
    writer.bytes(COPY_HEADER);
    for (let row = 0; row < size; row += 1) this.#writeRow(writer);
    writer.bytes(COPY_TRAILER);
    return writer.written();
  }

  #writeRow(writer: BinaryWriter): void {
    this.#sequence += 1;
    const sequence = this.#sequence;
    const [payer, payee] = this.#picker.two();
    const [from, to] = [accountId(payer), accountId(payee)];
    const content = {
      id: this.#ids.next(),
      type: 'transfer',
      from,
      to,
      amount: 100,
      ...this.#acceptance,
    } as const;
    const entry = { entry: sequence, previousSequence: sequence - 1, balance: sequence };
    const posting = {
      amount: content.amount,
      currency: 'BRL',
      debit: { ...entry, accountNumber: payer + 1, accountId: from },
      credit: { ...entry, accountNumber: payee + 1, accountId: to },
    };
    writeRecord(writer, { status: 'posted', sequence, content, posting }, this.#batch);
  }
}
