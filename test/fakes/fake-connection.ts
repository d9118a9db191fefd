import type { Duplex } from 'node:stream';
import type { CommandResult, Connection, RemoteCommand, RunOptions } from '../../src/ssh/connection.ts';

/** A connection whose commands a function answers; it writes down what it was asked. */
export class FakeConnection implements Connection {
  readonly commands: RemoteCommand[] = [];
  readonly options: RunOptions[] = [];
  /** It is never lost. */
  readonly closed = new Promise<void>(() => undefined);
  private readonly answer: (
    command: RemoteCommand,
  ) => Partial<CommandResult> | Promise<Partial<CommandResult>>;

  constructor(answer: FakeConnection['answer']) {
    this.answer = answer;
  }

  async run(command: RemoteCommand, options: RunOptions = {}): Promise<CommandResult> {
    this.commands.push(command);
    this.options.push(options);
    return { status: 0, stdout: '', stderr: '', ...(await this.answer(command)) };
  }

  openCommand(): Promise<Duplex> {
    return Promise.reject(new Error('no streams here'));
  }

  openTcp(_host: string, _port: number): Promise<Duplex> {
    return Promise.reject(new Error('no streams here'));
  }

  openUnix(): Promise<Duplex> {
    return Promise.reject(new Error('no streams here'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
