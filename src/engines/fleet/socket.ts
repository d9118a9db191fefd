import type { Duplex } from 'node:stream';
import { CoreshipError } from '../../errors.ts';
import type { Connection } from '../../ssh/connection.ts';

/**
 * Finds a way to fleet's socket on a machine: sshd's own forward, else `fleetctl fd-forward` where it is installed there.
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

/** sshd gives one reason for a forward it forbids and for a socket that is not there, so the machine is asked. */
async function findBridge(
  connection: Connection,
  machine: string,
  socket: string,
  cause: unknown,
): Promise<readonly string[]> {
  const { status, stdout } = await connection.run({ words: ['sh', '-c', lookScript, 'sh', socket] });
  const [found = '', fleetctl = ''] = stdout.split('\n');
  const fail = (what: string, hint: string): CoreshipError =>
    new CoreshipError('failed', `${machine}: ${what}`, { hint, cause });
  if (status !== 0 || found === 'missing') {
    throw fail(
      `there is no socket ${socket}`,
      'start fleet.socket there, or name its path as `socket` in coreship.yaml',
    );
  }
  if (found === 'closed') {
    throw fail(
      `the login user may not use ${socket}`,
      'let its group in: SocketMode= and SocketGroup= of fleet.socket',
    );
  }
  if (fleetctl === '') {
    throw fail(
      `sshd forwards no stream to ${socket}`,
      'set AllowStreamLocalForwarding yes in its sshd_config (OpenSSH 6.7 or newer), or install fleetctl there as a bridge',
    );
  }
  return [fleetctl, 'fd-forward', socket];
}

const lookScript = `
if [ ! -S "$1" ]; then echo missing; elif [ ! -w "$1" ]; then echo closed; else echo open; fi
command -v fleetctl || true
`;
