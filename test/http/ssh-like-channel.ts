import { Duplex } from 'node:stream';

/** Ends as a channel of ssh2 does: `destroy` drops the error, and it is closed only when the other side is. */
export class SshLikeChannel extends Duplex {
  readonly far: Duplex;
  private readonly confirms: boolean;

  constructor(far: Duplex, confirms = true) {
    super({ emitClose: false });
    this.far = far;
    this.confirms = confirms;
    far.on('data', (chunk) => this.push(chunk) || far.pause());
    far.on('end', () => this.push(null));
    far.on('error', () => undefined);
    far.on('close', () => this.emit('close'));
  }

  override _read(): void {
    this.far.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (!this.far.destroyed) this.far.write(chunk, done);
  }

  override destroy(): this {
    this.end();
    if (this.confirms) this.far.destroy();
    return this;
  }
}
