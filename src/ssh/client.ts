import type { Duplex } from 'node:stream';
import ssh2, { type Client, type ServerHostKeyAlgorithm } from 'ssh2';
import type { CoreshipError } from '../errors.ts';
import { DroppedEarly } from './dropped-early.ts';
import { type HostKeys, readHostKeys } from './host-keys.ts';
import { collectIdentities, type Identities } from './identities.ts';
import type { Login } from './resolve-target.ts';
import { authenticationError, changedHostKeyError, unreachableError } from './ssh-errors.ts';

/**
 * Logs in over a stream to the machine's sshd. The host key is always verified.
 *
 * @throws CoreshipError where the machine is refused or refuses; `DroppedEarly` where trying again may help.
 */
export async function logIn(
  login: Login,
  stream: Duplex,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Client> {
  const [hostKeys, identities] = await Promise.all([readHostKeys(login), collectIdentities(login)]);
  signal?.throwIfAborted();
  const client = new ssh2.Client();
  // Stays for the connection's life: an error without a listener would end the process.
  client.on('error', () => {});
  try {
    await handshake(client, login, stream, { hostKeys, identities, timeoutMs }, signal);
    return client;
  } catch (error) {
    client.destroy();
    stream.destroy();
    throw error;
  }
}

interface Facts {
  readonly hostKeys: HostKeys;
  readonly identities: Identities;
  readonly timeoutMs: number;
}

function handshake(
  client: Client,
  login: Login,
  stream: Duplex,
  facts: Facts,
  signal?: AbortSignal,
): Promise<void> {
  const { hostKeys, identities } = facts;
  const tried: string[] = [];
  const untried = [...identities.usable];
  let refusal: CoreshipError | undefined;

  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      signal?.removeEventListener('abort', giveUp);
      client.removeListener('ready', succeed).removeListener('error', fail).removeListener('close', close);
      finish();
    };
    const succeed = () => settle(resolve);
    const giveUp = () => settle(() => reject(signal?.reason));
    const close = () => fail(new Error('the machine closed the connection'));
    const fail = (error: Error & { readonly level?: string }) => {
      // ssh2 tells of one key's trouble and goes on with the next.
      if (error.level === 'agent') return;
      settle(() => reject(refusal ?? explain(error)));
    };
    const explain = (error: Error & { readonly level?: string }) => {
      if (/no matching host key format/i.test(error.message) && hostKeys.example) {
        return changedHostKeyError(login, hostKeys.example, `it has none of ${hostKeys.types.join(', ')}`);
      }
      if (error.level === 'client-timeout')
        return unreachableError(login, Object.assign(error, { code: 'ETIMEDOUT' }));
      if (error.level === 'client-authentication' || tried.length > 0) {
        return authenticationError(login, tried, identities.skipped, error);
      }
      const early =
        error.level === undefined || error.level === 'client-socket' || error.level === 'protocol';
      return early ? new DroppedEarly(error.message, { cause: error }) : unreachableError(login, error);
    };

    signal?.addEventListener('abort', giveUp, { once: true });
    client.on('ready', succeed).on('error', fail).on('close', close);
    client.connect({
      sock: stream,
      username: login.user,
      readyTimeout: facts.timeoutMs,
      keepaliveInterval: login.keepAliveMs ?? 15_000,
      keepaliveCountMax: login.keepAliveCount ?? 3,
      algorithms: offer(hostKeys.types),
      hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => {
        hostKeys.check(key).then(
          () => verify(true),
          (error: CoreshipError) => {
            refusal = error;
            verify(false);
          },
        );
      },
      authHandler: (methods: readonly string[] | null, _partial, next) => {
        const identity = methods && !methods.includes('publickey') ? undefined : untried.shift();
        if (identity === undefined) return next(false as never);
        tried.push(identity.label);
        next(identity.method);
      },
    });
  });
}

/** Host key algorithms by the key type of known_hosts. SHA-1 signatures of RSA keys are not accepted. */
const algorithms: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

function offer(knownTypes: readonly string[]): { serverHostKey: ServerHostKeyAlgorithm[] } {
  const known = Object.keys(algorithms).filter((type) => knownTypes.includes(type));
  const types = known.length > 0 ? known : Object.keys(algorithms);
  return { serverHostKey: types.flatMap((type) => algorithms[type] ?? []) };
}
