import type { Connection } from '../../ssh/connection.ts';

/** A machine to be reached: how is the connection's business. */
export interface SystemdMachine {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly connect: () => Promise<Connection>;
}
