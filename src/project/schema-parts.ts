import { z } from 'zod';

/**
 * An object with a fixed set of keys. Any other key is refused, except those that begin with `x-`: they belong to the
 * author of the file (a place for YAML anchors, or notes for other tools) and are removed here.
 */
export function strictObject<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.preprocess(withoutExtensionKeys, z.strictObject(shape));
}

/** A text that matches a pattern; `what` completes "must be …" in the error. */
export function text(pattern: RegExp, what: string, longest: number) {
  return z.string().regex(pattern, `must be ${what}`).max(longest, `must have at most ${longest} characters`);
}

/** A text of one line: no character that ends a line of a unit file, or a string in C. */
export function line(longest: number) {
  return text(LINE, 'one line without control characters', longest);
}

/** A number of seconds, fractions allowed. */
export function seconds(least: number, most: number) {
  const message = `must be ${least} to ${most} seconds`;
  return z.number().min(least, message).max(most, message);
}

/** A whole number within bounds; `what` names it: "must be a port number from 1 to 65535". */
export function whole(what: string, least: number, most: number) {
  const message = `must be ${what} from ${least} to ${most}`;
  return z.int().min(least, message).max(most, message);
}

/** A port number. */
export function port() {
  return whole('a port number', 1, 65_535);
}

/** A name that becomes part of unit names, container names and etcd keys. */
export function name(longest: number) {
  return text(NAME, 'made of lower-case letters, digits, "-" and "_", beginning with a letter', longest);
}

/** Longest service name: `<name>-discovery@<instance>.service` must stay a unit name and a container name. */
export function serviceName() {
  return name(50).meta({
    description: 'Name of the service and prefix of its unit names.',
    examples: ['apache', 'nginx_lb'],
  });
}

/** The path of a file on this computer. */
export function filePath() {
  return line(1000).min(1, 'must be the path of a file');
}

const NAME = /^[a-z][a-z0-9_-]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const LINE = /^[^\u0000-\u001f\u007f\u0085\u2028\u2029]*$/;

function withoutExtensionKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('x-')));
}
