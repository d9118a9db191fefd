import type { Duplex } from 'node:stream';
import { CoreshipError } from '../../errors.ts';
import type { Connection } from '../../ssh/connection.ts';

/**
 * Finds a way to fleet's socket on a machine: forwarded by sshd, else through `fleetctl fd-forward` where fleetctl is
 * installed there. Resolves with a function that opens streams.
 * @throws CoreshipError `failed` saying what to change on the machine
 */
export async function openFleetSocket(
  connection: Connection,
  machine: string,
  socket: string,
): Promise<() => Promise<Duplex>> {
  try {
    const first = await connection.openUnix(socket);
    let spare: Duplex | undefined = first;
    return () => {
      const stream = spare && !spare.destroyed ? Promise.resolve(spare) : connection.openUnix(socket);
      spare = undefined;
      return stream;
    };
  } catch (cause) {
    const bridge = await findBridge(connection, machine, socket, cause);
    return () => connection.openCommand({ words: bridge });
  }
}

/** sshd gives the same reason for a forward it forbids and for a missing socket, so a script on the machine finds out. */
async function findBridge(
  connection: Connection,
  machine: string,
  socket: string,
  cause: unknown,
): Promise<readonly string[]> {
  const { status, stdout } = await connection.run({ words: ['sh', '-c', findScript, 'sh', socket] });
  const [found = '', fleetctl = ''] = stdout.split('\n');
  const fail = (problem: string, hint: string): CoreshipError =>
    new CoreshipError('failed', `${machine}: ${problem}`, { hint, cause });
  if (status !== 0 || found === 'missing') {
    throw fail(
      `there is no socket ${socket}`,
      'start fleet.socket there, or set its path as `socket` in coreship.yaml',
    );
  }
  if (found === 'closed') {
    throw fail(
      `the login user may not use ${socket}`,
      'give its group access: SocketMode= and SocketGroup= of fleet.socket',
    );
  }
  if (fleetctl === '') {
    throw fail(
      `sshd does not forward streams to ${socket}`,
      'set AllowStreamLocalForwarding yes in its sshd_config (OpenSSH 6.7 or newer), or install fleetctl there as a bridge',
    );
  }
  return [fleetctl, 'fd-forward', socket];
}

const findScript = `
if [ ! -S "$1" ]; then echo missing; elif [ ! -w "$1" ]; then echo closed; else echo open; fi
command -v fleetctl || true
`;
