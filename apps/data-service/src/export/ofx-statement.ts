import { createHash } from 'node:crypto';
import { currencyDigits, type StatementEntry } from '@lastro/contract';
import { decimalText } from './decimal.ts';
import type { ExportedStatement, StatementWriter } from './statement-writer.ts';

/** Who keeps the accounts, as OFX names banks. */
const BANK_ID = 'LASTRO';
/** Lengths that OFX 2.2 allows. */
const ACCOUNT_ID_LENGTH_MAX = 22;
const NAME_LENGTH_MAX = 32;
const MEMO_LENGTH_MAX = 255;
const DIGEST_LENGTH = 8;

const OK = '<STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>';

/** OFX 2.2, one statement of a bank account. FITID is the id of the operation, so programs see each entry once. */
export function ofxStatement(statement: ExportedStatement): StatementWriter {
  const { account, currency, from, to, openedAt, exportedAt, closingBalance } = statement;
  const digits = currencyDigits(currency);
  const end = to !== undefined && Date.parse(to) < Date.parse(exportedAt) ? to : exportedAt;
  return {
    head: () =>
      '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\r\n' +
      '<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\r\n' +
      `<OFX><SIGNONMSGSRSV1><SONRS>${OK}<DTSERVER>${ofxInstant(exportedAt)}</DTSERVER>` +
      '<LANGUAGE>ENG</LANGUAGE></SONRS></SIGNONMSGSRSV1>\r\n' +
      `<BANKMSGSRSV1><STMTTRNRS><TRNUID>0</TRNUID>${OK}<STMTRS><CURDEF>${currency}</CURDEF>` +
      `<BANKACCTFROM><BANKID>${BANK_ID}</BANKID><ACCTID>${ofxAccountId(account)}</ACCTID>` +
      '<ACCTTYPE>CHECKING</ACCTTYPE></BANKACCTFROM>\r\n' +
      `<BANKTRANLIST><DTSTART>${ofxInstant(from ?? openedAt)}</DTSTART><DTEND>${ofxInstant(end)}</DTEND>\r\n`,
    entries: (entries) => entries.map((entry) => transaction(entry, digits)).join(''),
    end: () =>
      `</BANKTRANLIST>\r\n<LEDGERBAL><BALAMT>${decimalText(closingBalance, digits)}</BALAMT>` +
      `<DTASOF>${ofxInstant(end)}</DTASOF></LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\r\n`,
  };
}

function transaction(entry: StatementEntry, digits: number): string {
  const { amount, postedAt, effectiveAt, operation, counterparty, description } = entry;
  const available = effectiveAt === undefined ? '' : `<DTAVAIL>${ofxInstant(effectiveAt)}</DTAVAIL>`;
  const memo =
    description === undefined || description === ''
      ? ''
      : `<MEMO>${xmlText(cut(description, MEMO_LENGTH_MAX))}</MEMO>`;
  return (
    `<STMTTRN><TRNTYPE>${transactionType(entry)}</TRNTYPE><DTPOSTED>${ofxInstant(postedAt)}</DTPOSTED>` +
    `${available}<TRNAMT>${decimalText(amount, digits)}</TRNAMT><FITID>${operation}</FITID>` +
    `<NAME>${xmlText(cut(counterparty, NAME_LENGTH_MAX))}</NAME>${memo}</STMTTRN>\r\n`
  );
}

/** Seen from the account: what a deposit takes from the cash account is a debit there. */
function transactionType({ type, amount }: StatementEntry): string {
  if (type === 'transfer') return 'XFER';
  if (type === 'deposit' && amount > 0) return 'DEP';
  if (type === 'withdrawal' && amount < 0) return 'CASH';
  return amount > 0 ? 'CREDIT' : 'DEBIT';
}

/** An account id of OFX is shorter than ours may be: a longer one ends with a digest, so that two are never taken for one. */
function ofxAccountId(id: string): string {
  if (id.length <= ACCOUNT_ID_LENGTH_MAX) return id;
  const digest = createHash('sha256').update(id).digest('hex').slice(0, DIGEST_LENGTH);
  return `${id.slice(0, ACCOUNT_ID_LENGTH_MAX - DIGEST_LENGTH - 1)}~${digest}`;
}

/** `2026-11-22T12:00:00.412Z` is `20261122120000.412[0:GMT]`. */
function ofxInstant(instant: string): string {
  const digits = new Date(instant).toISOString().replaceAll(/\D/g, '');
  return `${digits.slice(0, 14)}.${digits.slice(14)}[0:GMT]`;
}

/** By characters, so that no pair of surrogates is cut in two. */
function cut(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : Array.from(text).slice(0, lengthMax).join('');
}

const XML_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Text has no control characters: the contract lets none in. What XML has no place for at all is shown as unknown. */
function xmlText(text: string): string {
  return text.replaceAll(/[&<>]/g, (sign) => XML_ESCAPES[sign]!).replaceAll(/[\ufffe\uffff]/g, '\ufffd');
}
