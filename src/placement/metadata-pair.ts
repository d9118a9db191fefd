import type { MetadataPair } from './rules.ts';

/** The pair in `key=value`; nothing where fleet would pass it over: no `=`, two of them, or an empty side. */
export function metadataPair(text: string): MetadataPair | undefined {
  const [key, value, ...rest] = text.split('=');
  return key && value && rest.length === 0 ? { key, value } : undefined;
}
