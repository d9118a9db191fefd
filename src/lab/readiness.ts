import { CoreshipError } from '../errors.ts';
import { pollUntil } from '../poll.ts';
import { isPopulated } from './cgroup.ts';
import { readText } from './files.ts';
import { lastLines } from './host.ts';
import type { Machine } from './lab.ts';
import { tryOnMachine } from './ssh.ts';

const bootTimeoutMs = 90_000;

/**
 * Waits until units of a running machine are active, as seen over SSH.
 *
 * @throws CoreshipError `failed` with the end of the machine's console when the machine dies or its units are not
 * active in time.
 */
export async function awaitUnits(
  machine: Machine,
  units: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const silence = 'no answer over SSH';
  let missing = silence;
  let dead = false;
  const activeOrDead = async (): Promise<boolean> => {
    dead = !(await isPopulated(machine.paths.cgroup));
    if (dead) return true;
    const result = await tryOnMachine(machine, ['systemctl', 'is-active', ...units], { signal });
    // 255 is ssh's own. is-active succeeds when one unit is active, so its output counts, not its status.
    const refused = lastLines(result.stderr, 1).join('') || silence;
    missing = result.status === 255 ? refused : inactive(units, result.stdout);
    return missing === '';
  };
  const inTime = await pollUntil(activeOrDead, { timeoutMs: bootTimeoutMs, everyMs: 200, signal });
  if (inTime && !dead) return;
  const console = (await readText(machine.paths.console)) ?? '';
  const reason = dead ? 'it died while booting' : missing;
  throw new CoreshipError('failed', `machine ${machine.name} does not come up: ${reason}`, {
    hint: `coreship lab down --name ${machine.lab.name}, then up again`,
    details: lastLines(console),
  });
}

/** The units that are not active, each with its state, from the lines that is-active prints. */
function inactive(units: readonly string[], lines: string): string {
  const states = lines.split('\n');
  return units
    .flatMap((unit, index) =>
      states[index] === 'active' ? [] : [`${unit} is ${states[index] || 'unknown'}`],
    )
    .join(', ');
}
