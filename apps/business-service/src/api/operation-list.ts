import { validateOperationRequest } from '@lastro/contract';
import { ProblemError } from '@lastro/service';
import type { RequestedOperation } from '../intake.ts';
import { contentOf } from '../submitted-operation.ts';

/**
 * Reads the operations of a request that carries a list of them. `makeId` makes the ids of those that came without.
 *
 * @throws ProblemError `invalid_request` or `duplicate_id`, naming the operation at fault.
 */
export function readOperations(
  operations: readonly unknown[],
  atomic: boolean,
  makeId: (index: number) => string,
): RequestedOperation[] {
  const indexById = new Map<string, number>();
  let group: string | undefined;
  return operations.map((candidate, index) => {
    const checked = validateOperationRequest(candidate, 'operations', index);
    if ('error' in checked) throw new ProblemError('invalid_request', checked.error);
    const request = checked.value;
    const id = request.id?.toLowerCase() ?? makeId(index);
    const other = indexById.get(id);
    if (other !== undefined) {
      throw new ProblemError(
        'duplicate_id',
        `operations/${other} and operations/${index} have the id ${id}.`,
      );
    }
    indexById.set(id, index);
    if (atomic) group ??= id;
    return { content: contentOf({ id, group }, request), isNew: request.id === undefined };
  });
}
