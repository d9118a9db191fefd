import { readFile } from 'node:fs/promises';
import ssh2, {
  type AnyAuthMethod,
  type IdentityCallback,
  type OpenSSHAgent,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2';
import type { Login } from './resolve-target.ts';

/** A key to log in with. */
export interface Identity {
  /** Name in messages: the file, or the agent and the key's comment. */
  readonly label: string;
  readonly method: AnyAuthMethod;
}

/** The keys for a login. */
export interface Identities {
  /** In the order to try them. */
  readonly usable: readonly Identity[];
  /** Why other keys cannot be used, a sentence each. */
  readonly skipped: readonly string[];
}

/**
 * Collects the agent's keys and the key files. sshd allows only a few tries (sshd_config(5), MaxAuthTries), so the
 * likely keys come first: those of the agent that are also configured, then the target's own files if it names any,
 * then the agent's other keys, then the configured files (the order of ssh(1)).
 */
export async function collectIdentities(login: Login): Promise<Identities> {
  const socket = agentSocket(login.identityAgent);
  const agent = socket === undefined ? undefined : new ssh2.OpenSSHAgent(socket);
  const [held, files] = await Promise.all([
    agent === undefined ? [] : listAgent(agent),
    Promise.all(login.identityFiles.map(readIdentity)),
  ]);

  const inAgent = (file: KeyFile) => held.some((key) => sameKey(key, file.publicKey));
  const isConfigured = (key: ParsedKey) => files.some((file) => sameKey(key, file.publicKey));
  const ofAgent = (keys: readonly ParsedKey[]) =>
    agent === undefined ? [] : keys.map((key) => agentIdentity(agent, key, login.user));

  const ownFiles = files.flatMap((file) =>
    file.privateKey === undefined || inAgent(file) ? [] : [fileIdentity(file, file.privateKey, login.user)],
  );
  const otherKeys = login.identitiesOnly ? [] : ofAgent(held.filter((key) => !isConfigured(key)));
  return {
    usable: [
      ...ofAgent(held.filter(isConfigured)),
      ...(login.ownIdentities ? [...ownFiles, ...otherKeys] : [...otherKeys, ...ownFiles]),
    ],
    skipped: [
      ...files.flatMap((file) => (file.problem === undefined || inAgent(file) ? [] : [file.problem])),
      ...login.certificateFiles.map((file) => `${file}: certificates are not supported yet`),
    ],
  };
}

/** A key file, as far as it can be read. */
interface KeyFile {
  readonly path: string;
  readonly publicKey?: Buffer;
  readonly privateKey?: ParsedKey;
  /** Why the private key cannot be used; absent for a file that does not exist. */
  readonly problem?: string;
}

async function readIdentity(path: string): Promise<KeyFile> {
  const [text, publicText] = await Promise.all([readText(path), readText(`${path}.pub`)]);
  const publicKey = publicText instanceof Error ? undefined : publicPart(publicText);
  const known = publicKey === undefined ? { path } : { path, publicKey };
  if (text instanceof Error) {
    const missing = 'code' in text && text.code === 'ENOENT';
    return missing ? known : { ...known, problem: `${path}: ${text.message}` };
  }
  const parsed = parseKey(text);
  if (parsed instanceof Error) return { ...known, problem: `${path}: ${explain(parsed.message)}` };
  if (!parsed.isPrivateKey()) return { path, publicKey: parsed.getPublicSSH() };
  return { path, publicKey: parsed.getPublicSSH(), privateKey: parsed };
}

/** ssh2 returns a list for some formats, although its types say otherwise. */
function parseKey(text: string): ParsedKey | Error {
  const parsed: ParsedKey | Error | readonly ParsedKey[] = ssh2.utils.parseKey(text);
  if (!Array.isArray(parsed)) return parsed as ParsedKey | Error;
  return parsed[0] ?? new Error('holds no key');
}

function publicPart(text: string): Buffer | undefined {
  const blob = text.split(' ')[1];
  return blob === undefined ? undefined : Buffer.from(blob, 'base64');
}

function explain(message: string): string {
  if (/passphrase/.test(message)) return 'is encrypted: load it with ssh-add';
  if (/sk-(ssh|ecdsa)/.test(message)) return 'is a FIDO key, which is not supported yet';
  if (/Unsupported key format/.test(message)) return 'is not a private key';
  return message;
}

async function readText(path: string): Promise<string | Error> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function sameKey(key: ParsedKey, blob: Buffer | undefined): boolean {
  return blob !== undefined && key.getPublicSSH().equals(blob);
}

function fileIdentity(file: KeyFile, key: ParsedKey, username: string): Identity {
  return { label: file.path, method: { type: 'publickey', username, key } };
}

function agentIdentity(agent: OpenSSHAgent, key: ParsedKey, username: string): Identity {
  const label = `agent key ${key.comment || key.type}`;
  return { label, method: { type: 'agent', username, agent: new OneKey(agent, key) } };
}

/** An agent with a single key, so that each key of an agent is one try with its own label. */
class OneKey extends ssh2.BaseAgent<ParsedKey> {
  readonly #agent: OpenSSHAgent;
  readonly #key: ParsedKey;

  constructor(agent: OpenSSHAgent, key: ParsedKey) {
    super();
    this.#agent = agent;
    this.#key = key;
  }

  getIdentities(done: IdentityCallback<ParsedKey>): void {
    done(null, [this.#key]);
  }

  sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, done);
  }
}

/** The agent's keys of the types that ssh2 can use; none if the agent does not answer. */
function listAgent(agent: OpenSSHAgent): Promise<readonly ParsedKey[]> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve([]), 5_000);
    agent.getIdentities((_error, keys) => {
      clearTimeout(timer);
      resolve((keys ?? []).filter(isKey));
    });
  });
}

function isKey(key: unknown): key is ParsedKey {
  return typeof key === 'object' && key !== null && 'getPublicSSH' in key;
}

/** The agent's socket (ssh_config(5), IdentityAgent). */
function agentSocket(setting: string | undefined): string | undefined {
  if (setting === 'none') return undefined;
  if (setting === undefined || setting === 'SSH_AUTH_SOCK') return process.env['SSH_AUTH_SOCK'] || undefined;
  return setting.startsWith('$') ? process.env[setting.slice(1)] : setting;
}
