import type { Operation } from '@lastro/contract';
import type { Principal } from '@lastro/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { operationShownTo, senderOf } from '../access/customers.ts';
import { type LedgerReads, pathToPassOn } from './ledger-reads.ts';

/** What the pages of the lists have of their rows. */
interface Page {
  readonly operations?: readonly Operation[];
}

/**
 * Answers a list of accounts or of operations for a customer. The ledger is asked only for what touches the accounts of
 * the key, whatever the query asks for, and each operation is shown as the customer may see it.
 *
 * @throws ProblemError `ledger_unavailable`
 */
export async function passOwnList(
  ledger: LedgerReads,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const sender = senderOf(request);
  const { status, contentType, body } = await ledger.ask(ownPath(request, sender));
  reply.code(status).header('content-type', contentType);
  if (status !== 200) return reply.send(body);
  const page = JSON.parse(body) as Page;
  if (page.operations === undefined) return reply.send(body);
  const operations = page.operations.flatMap((operation) => operationShownTo(sender, operation) ?? []);
  return reply.send(JSON.stringify({ ...page, operations }));
}

function ownPath(request: FastifyRequest, { accounts }: Principal): string {
  const path = pathToPassOn(request);
  const { account } = request.query as { account?: string };
  // One that is the customer's own is limit enough, and found without looking at all others.
  if (accounts === undefined || (account !== undefined && accounts.includes(account))) return path;
  const own = accounts.grants.map((grant) => encodeURIComponent(grant)).join(',');
  return `${path}${path.includes('?') ? '&' : '?'}accounts=${own}`;
}
