import type { Duplex } from 'node:stream';
import ssh2, { type Client, type ServerHostKeyAlgorithm } from 'ssh2';
import { type HostKeys, readHostKeys } from './host-keys.ts';
import { collectIdentities, type Identities } from './identities.ts';
import type { Login } from './resolve-target.ts';
import { authenticationError, changedHostKeyError, DroppedEarly, unreachableError } from './ssh-errors.ts';

/**
 * Logs in over a stream to the machine's sshd, which `dial` opens. The host key is always verified.
 *
 * @throws CoreshipError where either side refuses the other; `DroppedEarly` where another try may succeed; whatever
 *   `dial` throws; the signal's reason.
 */
export async function logIn(
  login: Login,
  dial: () => Promise<Duplex>,
  signal?: AbortSignal,
): Promise<Client> {
  const [hostKeys, identities] = await Promise.all([readHostKeys(login), collectIdentities(login)]);
  const stream = await dial();
  const client = new ssh2.Client();
  // Stays for the connection's life: an error without a listener would end the process.
  client.on('error', () => {});
  try {
    await handshake(client, stream, { login, hostKeys, identities }, signal);
    return client;
  } catch (error) {
    client.destroy();
    stream.destroy();
    throw error;
  }
}

/** An error of ssh2; `level` says which part of the login failed. */
type LoginFailure = Error & { readonly level?: string };

interface Facts {
  readonly login: Login;
  readonly hostKeys: HostKeys;
  readonly identities: Identities;
}

function handshake(client: Client, stream: Duplex, facts: Facts, signal?: AbortSignal): Promise<void> {
  const { login, hostKeys, identities } = facts;
  const tried: string[] = [];
  let refusal: unknown;

  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const settle = (finish: () => void) => {
      signal?.removeEventListener('abort', giveUp);
      client.removeListener('ready', succeed).removeListener('error', fail).removeListener('close', close);
      finish();
    };
    const succeed = () => settle(resolve);
    const giveUp = () => settle(() => reject(signal?.reason));
    const close = () => fail(new Error('the machine closed the connection'));
    const fail = (error: LoginFailure) => {
      // ssh2 reports that one key of the agent failed, and tries the next.
      if (error.level === 'agent') return;
      settle(() => reject(refusal ?? explain(error, facts, tried)));
    };

    signal?.addEventListener('abort', giveUp, { once: true });
    client.on('ready', succeed).on('error', fail).on('close', close);
    client.connect({
      sock: stream,
      username: login.user,
      readyTimeout: login.connectTimeoutMs ?? 20_000,
      keepaliveInterval: login.keepAliveMs ?? 15_000,
      keepaliveCountMax: login.keepAliveCount ?? 3,
      algorithms: { serverHostKey: askFor(hostKeys.types) },
      hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => {
        hostKeys.check(key).then(
          () => verify(true),
          (error: unknown) => {
            refusal = error;
            verify(false);
          },
        );
      },
      authHandler: (methods: readonly string[] | null, _partial, next) => {
        const possible = methods === null || methods.includes('publickey');
        const identity = possible ? identities.usable[tried.length] : undefined;
        // `false` ends the login; the types do not list it.
        if (identity === undefined) return next(false as never);
        tried.push(identity.label);
        next(identity.method);
      },
    });
  });
}

function explain(
  error: LoginFailure,
  { login, hostKeys, identities }: Facts,
  tried: readonly string[],
): Error {
  if (error.level === 'client-timeout') {
    return unreachableError(login, Object.assign(error, { code: 'ETIMEDOUT' }));
  }
  if (hostKeys.example && /no matching host key format/i.test(error.message)) {
    return changedHostKeyError(login, hostKeys.example, `it has none of ${hostKeys.types.join(', ')}`);
  }
  if (error.level === 'client-authentication' || tried.length > 0) {
    return authenticationError(login, tried, identities.skipped, error);
  }
  const incompatible = error.level === 'handshake';
  return incompatible ? unreachableError(login, error) : new DroppedEarly(error.message, { cause: error });
}

/** Host key algorithms by the key type of known_hosts. SHA-1 signatures of RSA keys are not accepted. */
const algorithms: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

/** Only the known types, if any: a man in the middle could offer a key of another type, which would count as new. */
function askFor(knownTypes: readonly string[]): ServerHostKeyAlgorithm[] {
  const known = Object.keys(algorithms).filter((type) => knownTypes.includes(type));
  const types = known.length > 0 ? known : Object.keys(algorithms);
  return types.flatMap((type) => algorithms[type] ?? []);
}
