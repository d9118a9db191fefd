import { CoreshipError } from '../../errors.ts';
import type { Connection } from '../../ssh/connection.ts';
import { outputOf } from '../../ssh/output-of.ts';

/** A machine of a systemd cluster. */
export interface SystemdMachine {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly connect: () => Promise<Connection>;
}

/** Finds the machines of a cluster by machine id, which is what plans name them by. */
export interface MachineDirectory {
  /** Remembers the id of a machine. */
  add(id: string, machine: SystemdMachine): void;
  /**
   * The machine with this id. If no machine is known by it, all are asked for theirs.
   *
   * @throws CoreshipError `failed` if none of those that answer has it; the others are named with their reasons.
   */
  find(id: string): Promise<SystemdMachine>;
}

/** Makes a directory of machines whose ids are not known yet. */
export function createMachineDirectory(machines: readonly SystemdMachine[]): MachineDirectory {
  const byId = new Map<string, SystemdMachine>();
  let asking: Promise<readonly string[]> | undefined;

  const askAll = async (): Promise<readonly string[]> => {
    const answers = await Promise.allSettled(
      machines.map(async (machine) => byId.set(await readId(machine), machine)),
    );
    return answers.flatMap((answer) => (answer.status === 'rejected' ? [reasonOf(answer.reason)] : []));
  };

  return {
    add: (id, machine) => byId.set(id, machine),
    find: async (id) => {
      const known = byId.get(id);
      if (known) return known;
      asking ??= askAll().finally(() => {
        asking = undefined;
      });
      const failures = await asking;
      return byId.get(id) ?? throwUnknown(id, failures);
    },
  };
}

async function readId({ name, connect }: SystemdMachine): Promise<string> {
  const connection = await connect();
  const result = await connection.run({ words: ['cat', '/etc/machine-id'] });
  return outputOf(name, 'read its machine id', result).trim();
}

function throwUnknown(id: string, failures: readonly string[]): never {
  throw new CoreshipError('failed', `no machine of the cluster answers with the machine id ${id}`, {
    details: failures,
    hint: failures.length > 0 ? 'see why these machines do not answer' : 'was the machine installed again?',
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
