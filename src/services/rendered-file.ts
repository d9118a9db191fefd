import { CoreshipError } from '../errors.ts';

/** A file that typed services turn into, ready for review. */
export interface RenderedFile {
  /** Path relative to the project's root, with `/`. */
  readonly path: string;
  readonly content: string;
  readonly executable?: boolean;
}

/** The sources under assets/, by path: `units/main.service.mustache`. */
export type Assets = Readonly<Record<string, string>>;

/** One of the sources; that it is there is up to the package. */
export function asset(assets: Assets, path: string): string {
  const text = assets[path];
  if (text === undefined) throw new CoreshipError('bug', `asset ${path} is missing from the package`);
  return text;
}
