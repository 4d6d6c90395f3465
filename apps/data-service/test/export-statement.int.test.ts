import { currencyDigits } from '@lastro/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportStatement } from '../src/export/export-statement.ts';
import { deposit, newId, open, transfer, withdrawal } from './commit-batches.ts';
import { instant, ProjectedLedger } from './projection-fixture.ts';

/** More than one page of entries. */
const ENTRIES = 2_345;

describe('an exported statement', () => {
  let ledger: ProjectedLedger;

  beforeAll(async () => {
    ledger = await ProjectedLedger.create();
    await ledger.post([open('ana'), open('bob'), open('dinar', { currency: 'KWD' }), open('empty')]);
    for (let posted = 0; posted < ENTRIES; posted += 335)
      await ledger.post(Array.from({ length: Math.min(335, ENTRIES - posted) }, () => deposit('ana', 2)));
  });
  afterAll(() => ledger.destroy());

  async function exported(account: string, query: Parameters<typeof exportStatement>[2]): Promise<string> {
    const parts = await exportStatement(ledger.store, account, query);
    let text = '';
    for await (const part of parts!) text += part;
    return text;
  }

  it('has every entry up to the newest one when it began, whatever is posted meanwhile', async () => {
    const parts = await exportStatement(ledger.store, 'ana', { format: 'jsonl' });
    const lines: unknown[] = [];
    for await (const part of parts!) {
      // Each part is made when it is asked for, and by then there is more in the ledger.
      await ledger.post([deposit('ana', 1)]);
      lines.push(
        ...part
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
      );
    }
    expect(lines.length).toBe(ENTRIES + 2);
    expect(lines[0]).toMatchObject({
      statement: { account: 'ana', currency: 'BRL', openingBalance: 0, closingBalance: ENTRIES * 2 },
    });
    expect(lines[1]).toMatchObject({ entry: { entry: ENTRIES, amount: 2, balance: ENTRIES * 2 } });
    expect(lines.at(-2)).toMatchObject({ entry: { entry: 1, balance: 2 } });
    expect(lines.at(-1)).toEqual({ end: { entries: ENTRIES } });
  });

  it('is cut by time, with the balances at both ends', async () => {
    // The second batch of deposits was posted in minute 3, the third in minute 4.
    const lines = (await exported('ana', { format: 'jsonl', from: instant(3), to: instant(5) }))
      .trimEnd()
      .split('\n');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      statement: { openingBalance: 670, closingBalance: 3 * 670, from: instant(3), to: instant(5) },
    });
    expect(lines.length).toBe(2 * 335 + 2);
  });

  it('is undefined for an account that is not there, and whole for one without entries', async () => {
    expect(await exportStatement(ledger.store, 'nobody', { format: 'csv' })).toBeUndefined();
    expect(await exported('empty', { format: 'csv' })).toBe(
      'entry,posted_at,effective_at,type,counterparty,description,amount,balance,currency,operation,sequence,metadata\r\n' +
        ',,,closing_balance,,,,0.00,BRL,,,\r\n,,,opening_balance,,,,0.00,BRL,,,\r\n',
    );
    expect(await exported('empty', { format: 'ofx' })).toContain('</BANKTRANLIST>');
  });

  it('in CSV starts no formula in a spreadsheet, and quotes what has to be quoted', async () => {
    const id = `csv-${newId()}`;
    const nasty = '=HYPERLINK("http://evil.example";"x"), 5';
    await ledger.post([
      open(id),
      deposit(id, 1_005, { description: nasty, metadata: { k: '-1+1' } }),
      withdrawal(id, 1_000, { description: '-2+3', effectiveAt: '2026-02-01T00:00:00.000Z' }),
      transfer('bob', id, 1, { description: 'rejected' }),
    ]);
    const [, closing, withdrawn, deposited, opening, rest] = (await exported(id, { format: 'csv' })).split(
      '\r\n',
    );
    expect(closing).toBe(',,,closing_balance,,,,0.05,BRL,,,');
    expect(withdrawn).toMatch(
      /^2,[^,]*Z,2026-02-01T00:00:00\.000Z,withdrawal,'@cash\.BRL,'-2\+3,-10\.00,0\.05,BRL,[0-9a-f-]{36},\d+,$/,
    );
    expect(deposited).toContain(
      `,deposit,'@cash.BRL,"'=HYPERLINK(""http://evil.example"";""x""), 5",10.05,10.05,BRL,`,
    );
    expect(deposited).toMatch(/,"\{""k"":""-1\+1""\}"$/);
    expect([opening, rest]).toEqual([',,,opening_balance,,,,0.00,BRL,,,', '']);
  });

  it('in OFX has the amounts with the digits of the currency, and escapes what people wrote', async () => {
    const id = `ofx-${'x'.repeat(40)}`;
    const operation = deposit(id, 1_234_567, { description: 'a < b & "c" > \u{1f600}' });
    await ledger.post([
      open(id, { currency: 'KWD' }),
      operation,
      withdrawal(id, 67, { effectiveAt: '2026-02-01T00:00:00.000Z' }),
    ]);
    expect(currencyDigits('KWD')).toBe(3);
    const text = await exported(id, { format: 'ofx' });
    expect(text).toContain('<CURDEF>KWD</CURDEF>');
    expect(text).toMatch(/<ACCTID>ofx-x{9}~[0-9a-f]{8}<\/ACCTID>/);
    expect(text).toMatch(
      /<STMTTRN><TRNTYPE>DEP<\/TRNTYPE><DTPOSTED>\d{14}\.\d{3}\[0:GMT\]<\/DTPOSTED><TRNAMT>1234\.567<\/TRNAMT>/,
    );
    expect(text).toContain(`<FITID>${operation.id}</FITID><NAME>@cash.KWD</NAME>`);
    expect(text).toContain('<MEMO>a &lt; b &amp; "c" &gt; \u{1f600}</MEMO>');
    expect(text).toContain('<TRNTYPE>CASH</TRNTYPE>');
    expect(text).toContain('<DTAVAIL>20260201000000.000[0:GMT]</DTAVAIL><TRNAMT>-0.067</TRNAMT>');
    expect(text).toMatch(
      /<LEDGERBAL><BALAMT>1234\.500<\/BALAMT><DTASOF>\d{14}\.\d{3}\[0:GMT\]<\/DTASOF><\/LEDGERBAL>/,
    );
    expect(text.trimEnd().endsWith('</OFX>')).toBe(true);
  });
});
