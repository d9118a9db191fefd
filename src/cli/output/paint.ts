import { styleText } from 'node:util';

/** Colours a text, or leaves it alone. */
export type Paint = (format: Parameters<typeof styleText>[0], text: string) => string;

/** Colours for a stream: only on a terminal, and never against NO_COLOR. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (format, text) => styleText(format, text, { stream, validateStream: true });
}
