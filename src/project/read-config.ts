import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { CoreshipError, type Problem, problemsError } from '../errors.ts';
import { type Config, type ConfigReading, parseConfig } from './parse-config.ts';

/** Name of the file that makes a folder a project. */
export const CONFIG_FILE = 'coreship.yaml';

/**
 * Reads a project's `coreship.yaml`. Places name the file relative to the working directory.
 * Throws `config` only if the file cannot be read at all; everything wrong inside it is a problem.
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

/**
 * Reads a project's `coreship.yaml` without its unit files: before the first render, links lead nowhere.
 * @throws CoreshipError `config` with every problem
 */
export async function readConfigOrThrow(root: string): Promise<Config> {
  const reading = await readConfig(root);
  return configOrThrow(reading, reading.problems);
}

/** The configuration that was read. @throws CoreshipError `config` if any of the problems is an error */
export function configOrThrow({ config }: ConfigReading, problems: readonly Problem[]): Config {
  const error = problemsError(problems);
  if (error) throw error;
  if (!config) throw new CoreshipError('bug', `${CONFIG_FILE} was refused without a problem`);
  return config;
}

/** The text of bytes that are UTF-8, including a byte order mark; undefined if they are not. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
