import { CoreshipError } from '../../errors.ts';
import type { MachineDirectory } from './machine-directory.ts';
import type { Snapshot } from './snapshot.ts';
import { whyUnscheduled } from './why-unscheduled.ts';

/** Milliseconds after which the rules are checked for the reason why a unit has no machine. */
const suspectMs = 6_000;
/** The same where a machine has gone away during the command: its fleet may be restarting. */
const machineAwayMs = 45_000;

/**
 * Gives up on a unit that the rules allow on no machine: fleet itself would wait for ever, and say nothing.
 * @throws CoreshipError `failed` with what speaks against each machine
 */
export function throwIfUnschedulable(
  name: string,
  snapshot: Snapshot,
  directory: MachineDirectory,
  waitedMs: number,
): void {
  const alive = directory.alive(snapshot);
  const away = directory.away(snapshot);
  if (waitedMs < (away.length > 0 ? machineAwayMs : suspectMs)) return;
  const reasons = whyUnscheduled(name, snapshot, alive);
  if (reasons.length === 0) return;
  throw new CoreshipError('failed', `fleet has no machine for ${name}`, {
    details: [...reasons, ...away.map((machine) => `not on ${machine.name}: its fleet is away`)],
    hint: 'it stays in the registry and starts once the rules allow a machine; or remove it with coreship destroy',
  });
}
