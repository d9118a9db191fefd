import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { CoreshipError } from '../errors.ts';
import { type ConfigReading, parseConfig } from './parse-config.ts';
import { decodeUtf8 } from './utf8.ts';

/** Name of the file that makes a folder a project. */
export const CONFIG_FILE = 'coreship.yaml';

/**
 * Reads a project's `coreship.yaml`. Places name the file relative to the working directory.
 * Throws `config` only where the file cannot be read at all; what is wrong inside are problems.
 */
export async function readConfig(root: string): Promise<ConfigReading> {
  const path = join(root, CONFIG_FILE);
  const file = relative(process.cwd(), path);
  const bytes = await readFile(path).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CoreshipError('config', `cannot read ${file}: ${reason}`, {
      cause,
      hint: 'run "coreship init" for a new project',
    });
  });
  const text = decodeUtf8(bytes);
  if (text !== undefined) return parseConfig(text, file, root);
  return {
    problems: [{ rule: 'not-utf-8', severity: 'error', where: { file }, message: 'is not UTF-8 text' }],
  };
}
