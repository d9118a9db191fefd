import type { Duplex } from 'node:stream';

/**
 * A command as data. The runner quotes every word, so that the remote shell interprets none. Words are shown in errors:
 * a secret belongs in `stdin`, which is not.
 */
export interface RemoteCommand {
  readonly words: readonly string[];
  /** Text for the command's standard input: a script for `sh -s`, or a file's content. */
  readonly stdin?: string;
  /** Run as root: directly where the login user is root, else through `sudo -n`. */
  readonly root?: boolean;
}

/** How a remote command ended. */
export interface CommandResult {
  /** Exit status; 128 + n if signal n ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Limits on one remote command. */
export interface RunOptions {
  /** Milliseconds until the command fails with an error. Default 30 000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** An authenticated connection to one machine. */
export interface Connection {
  /** Runs a command and resolves with its result, whatever its exit status. */
  run(command: RemoteCommand, options?: RunOptions): Promise<CommandResult>;
  /** Starts a command; writing to the stream feeds its standard input, reading gives its standard output. */
  openCommand(command: Pick<RemoteCommand, 'words'>): Promise<Duplex>;
  /** Opens a TCP stream to an address as the machine sees it. */
  openTcp(host: string, port: number): Promise<Duplex>;
  /** Opens a stream to a unix socket on the machine. */
  openUnix(path: string): Promise<Duplex>;
  /** Closes the connection and everything that runs over it. */
  close(): Promise<void>;
  /** Resolves when the connection has ended, whether closed or lost. Never rejects. */
  readonly closed: Promise<void>;
}

/** Where and how to reach a machine. Absent fields are taken from the user's ssh configuration. */
export interface Target {
  /** Name in messages: the machine's name in `coreship.yaml`. */
  readonly name: string;
  /** Host name or address, or a `Host` alias of the ssh configuration. */
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  /** Private key files, tried in order before the agent's other keys. */
  readonly identityFiles?: readonly string[];
  /** known_hosts files. Default: the user's own. */
  readonly knownHostsFiles?: readonly string[];
  /** An unknown host key: `refuse` (default) or `accept-new`, which stores it. A changed key is always refused. */
  readonly unknownHostKey?: 'refuse' | 'accept-new';
  readonly bastion?: Target;
}

/** Opens connections; callers do not know which SSH implementation does it. */
export type Connect = (target: Target, signal?: AbortSignal) => Promise<Connection>;
