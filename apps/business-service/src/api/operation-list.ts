import { type OperationRequest, validateOperationRequest } from '@lastro/contract';
import type { OperationContent } from '@lastro/ledger';
import { ProblemError } from '@lastro/service';
import { contentOf } from '../submitted-operation.ts';

/** One operation of a list. */
interface ListedOperation {
  readonly content: OperationContent;
  /** Its id was made by `makeId`. */
  readonly isNew: boolean;
}

/**
 * Reads the operations of a request that carries a list of them. `makeId` makes the ids of those that came without.
 *
 * @throws ProblemError `invalid_request` or `duplicate_id`, naming the operation at fault.
 */
export function readOperations(
  operations: readonly unknown[],
  atomic: boolean,
  makeId: (index: number) => string,
): ListedOperation[] {
  const requests = operations.map((candidate, index) => {
    const checked = validateOperationRequest(candidate, `operations/${index}`);
    if ('error' in checked) throw new ProblemError('invalid_request', checked.error);
    return checked.value;
  });
  const indexById = new Map<string, number>();
  const ids = requests.map((request, index) => {
    const id = request.id?.toLowerCase() ?? makeId(index);
    const other = indexById.get(id);
    if (other !== undefined) {
      throw new ProblemError(
        'duplicate_id',
        `operations/${other} and operations/${index} have the id ${id}.`,
      );
    }
    indexById.set(id, index);
    return id;
  });
  const group = atomic ? ids[0] : undefined;
  return requests.map((request: OperationRequest, index) => ({
    content: contentOf({ id: ids[index]!, group }, request),
    isNew: request.id === undefined,
  }));
}
