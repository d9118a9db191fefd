import { CoreshipError } from '../errors.ts';
import type { LabLayout, MachineLayout } from './layout.ts';
import { requireLayout } from './stored-layout.ts';

/**
 * Finds a machine of a lab by its name.
 *
 * @throws CoreshipError `failed` when there is no such lab, `usage` when it has no such machine.
 */
export async function findMachine(
  lab: string,
  name: string,
): Promise<{ readonly layout: LabLayout; readonly machine: MachineLayout }> {
  const layout = await requireLayout(lab);
  const machine = layout.machines.find((other) => other.name === name);
  if (machine !== undefined) return { layout, machine };
  const names = layout.machines.map((other) => other.name).join(', ');
  throw new CoreshipError('usage', `${lab} has no machine ${name}`, { hint: `it has ${names}` });
}
