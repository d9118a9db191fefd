import { CoreshipError } from '../errors.ts';
import { isPopulated } from './cgroup.ts';
import { readText } from './files.ts';
import { lastLines } from './host.ts';
import type { LabLayout, MachineLayout } from './layout.ts';
import { machinePaths } from './paths.ts';
import { onMachine } from './ssh.ts';
import { waitUntil } from './wait.ts';

const bootTime = 90_000;

/**
 * Waits until units of a running machine are active, asking over SSH.
 *
 * @throws CoreshipError `failed` with the end of the machine's console when the machine dies or its units are
 * not active in time.
 */
export async function awaitUnits(
  layout: LabLayout,
  machine: MachineLayout,
  units: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const silence = 'no answer over SSH';
  let missing = silence;
  let dead = false;
  const settled = async (): Promise<boolean> => {
    dead = !(await isPopulated(layout.name, machine.name));
    if (dead) return true;
    const result = await onMachine(layout.name, machine, ['systemctl', 'is-active', ...units], { signal });
    // 255 is ssh's own. is-active is content with one active unit, so its words count, not its status.
    const refused = lastLines(result.stderr, 1).join('') || silence;
    missing = result.status === 255 ? refused : inactive(units, result.stdout);
    return missing === '';
  };
  const inTime = await waitUntil(settled, { timeoutMs: bootTime, everyMs: 200, signal });
  if (inTime && !dead) return;
  const console = (await readText(machinePaths(layout.name, machine.name).console)) ?? '';
  const reason = dead ? 'it died while booting' : missing;
  throw new CoreshipError('failed', `machine ${machine.name} does not come up: ${reason}`, {
    hint: `coreship lab down --name ${layout.name}, then up again`,
    details: lastLines(console),
  });
}

/** The units that are not active, each with its state, out of the lines that is-active prints. */
function inactive(units: readonly string[], lines: string): string {
  const states = lines.split('\n');
  return units
    .flatMap((unit, index) =>
      states[index] === 'active' ? [] : [`${unit} is ${states[index] || 'unknown'}`],
    )
    .join(', ');
}
