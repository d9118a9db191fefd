import { CoreshipError } from '../errors.ts';

/** The sources under assets/, by path: `units/main.service.mustache`. */
export type Assets = Readonly<Record<string, string>>;

/** The text of one source. A missing one is a defect of the package. */
export function assetText(assets: Assets, path: string): string {
  const text = assets[path];
  if (text === undefined) throw new CoreshipError('bug', `asset ${path} is missing from the package`);
  return text;
}
