import { Duplex } from 'node:stream';

/**
 * Wraps a stream so that it ends as a socket does: once destroyed, it is closed, with the error it was destroyed with.
 * An SSH channel drops that error and stays open until the other side confirms, which a dead machine never does.
 */
export function socketLike(stream: Duplex): Duplex {
  const socket = new Duplex({
    read: () => void stream.resume(),
    write: (chunk, encoding, done) => void stream.write(chunk, encoding, done),
    final: (done) => void stream.end(done),
    destroy: (error, done) => {
      stream.destroy();
      done(error);
    },
  });
  let ended = false;
  const end = () => {
    if (!ended) socket.push(null);
    ended = true;
  };
  stream
    .on('data', (chunk) => socket.push(chunk) || stream.pause())
    .on('end', end)
    .on('close', end)
    .on('error', (error) => socket.destroy(error));
  return socket;
}
