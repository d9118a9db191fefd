/** A connection that the machine dropped before the first key was offered; another try may pass. */
export class DroppedEarly extends Error {
  readonly code = 'ECONNRESET';
}
