import type { Duplex } from 'node:stream';

/** One word of a remote command. Secret words print as `[redacted]` wherever a command is shown. */
export type Word = string | { readonly secret: string };

/** A command as data. The runner quotes every word; nothing is ever interpreted by a remote shell. */
export interface RemoteCommand {
  readonly words: readonly Word[];
  /** Bytes for the command's standard input; a script for `sh -s`, or a file's content. */
  readonly stdin?: string;
  /** Run as root: as it is where the login user is root, else through `sudo -n`. */
  readonly root?: boolean;
}

/** How a remote command ended. */
export interface CommandResult {
  /** Exit status; 128 + n where signal n ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Limits on one remote wait. */
export interface RunOptions {
  /** Milliseconds until the command is given up with an error. Default 30 000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** An authenticated connection to one machine. */
export interface Connection {
  /** Runs a command and resolves with its result, whatever its status. */
  run(command: RemoteCommand, options?: RunOptions): Promise<CommandResult>;
  /** Starts a command; what is written to the stream is its standard input, what is read its standard output. */
  openCommand(command: Pick<RemoteCommand, 'words'>): Promise<Duplex>;
  /** Opens a TCP stream to an address as the machine sees it. */
  openTcp(host: string, port: number): Promise<Duplex>;
  /** Opens a stream to a unix socket on the machine. */
  openUnix(path: string): Promise<Duplex>;
  /** Closes the connection and everything that runs over it. */
  close(): Promise<void>;
  /** Resolves when the connection has ended, closed or lost. Never rejects. */
  readonly closed: Promise<void>;
}

/** Where and how to reach a machine. What is left out comes from the user's ssh configuration. */
export interface Target {
  /** Name for messages: the machine's name in `coreship.yaml`. */
  readonly name: string;
  /** Host name or address, or a `Host` alias of the ssh configuration. */
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  /** Private key files, tried in order before the agent's other keys. */
  readonly identityFiles?: readonly string[];
  /** known_hosts files; default the user's own. */
  readonly knownHostsFiles?: readonly string[];
  /** An unknown host key: `refuse` (default) or `accept-new`, which stores it. A changed key is always refused. */
  readonly unknownHostKey?: 'refuse' | 'accept-new';
  readonly bastion?: Target;
}

/** Opens connections; the seam behind which ssh2 or the system's `ssh` works. */
export type Connect = (target: Target, signal?: AbortSignal) => Promise<Connection>;
