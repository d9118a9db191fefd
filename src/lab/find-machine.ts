import { CoreshipError } from '../errors.ts';
import { labOf, type Machine } from './lab.ts';
import { checkLabName } from './layout.ts';
import { readLayout } from './stored-layout.ts';

/**
 * Finds a machine of a lab by name.
 *
 * @throws CoreshipError `failed` when there is no such lab; `usage` when it has no such machine, or for a bad name.
 */
export async function findMachine(lab: string, name: string): Promise<Machine> {
  const layout = await readLayout(checkLabName(lab));
  if (layout === undefined) {
    throw new CoreshipError('failed', `there is no lab ${lab}`, { hint: `coreship lab up --name ${lab}` });
  }
  const { machines } = labOf(layout);
  const machine = machines.find((candidate) => candidate.name === name);
  if (machine !== undefined) return machine;
  const names = machines.map((candidate) => candidate.name).join(', ');
  throw new CoreshipError('usage', `the lab ${lab} has no machine ${name}`, { hint: `it has ${names}` });
}
