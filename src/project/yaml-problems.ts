import { type Document, isAlias, isMap, isScalar, isSeq, type Node, visit } from 'yaml';
import type { Problem } from '../errors.ts';
import { type DataPath, formatPath } from './finding.ts';

/** A problem of a YAML text at an offset into it. */
export interface YamlFinding extends Pick<Problem, 'rule' | 'message' | 'hint' | 'path'> {
  readonly offset: number;
}

/** Keys given twice in one map; `lineOf` gives the line of an offset. */
export function duplicateKeys(root: Node | null, lineOf: (offset: number) => number): readonly YamlFinding[] {
  const findings: YamlFinding[] = [];
  const walk = (node: unknown, path: DataPath) => {
    if (isSeq(node)) for (const [index, item] of node.items.entries()) walk(item, [...path, index]);
    if (!isMap(node)) return;
    const seen = new Map<string, number>();
    for (const { key: keyNode, value } of node.items) {
      const key = isScalar(keyNode) ? String(keyNode.value) : '';
      const first = seen.get(key);
      const offset = offsetOf(keyNode);
      if (first === undefined) seen.set(key, offset);
      else findings.push(duplicate([...path, key], offset, lineOf(first)));
      walk(value, [...path, key]);
    }
  };
  walk(root, []);
  return findings;
}

/** Why a document without syntax errors could not be converted to data; `error` is what the conversion threw. */
export function conversionProblems(document: Document, error: unknown): readonly YamlFinding[] {
  const findings: YamlFinding[] = [];
  const find = (node: unknown, message: string, hint: string) =>
    findings.push({ rule: 'yaml-syntax', offset: offsetOf(node), message, hint });
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document)) return;
      find(alias, `unknown alias "*${alias.source}"`, `write "&${alias.source}" before it`);
    },
    Pair: (_, { key, value }) => {
      if (!isScalar(key) || key.value !== '<<' || isMap(value) || isAlias(value) || isSeq(value)) return;
      find(key, '"<<" merges maps only', 'give it an alias such as "*base"');
    },
  });
  if (findings.length > 0) return findings;
  const message = error instanceof Error ? firstLetterLower(error.message) : String(error);
  return [{ rule: 'yaml-syntax', offset: 0, message, hint: 'write it without aliases' }];
}

/** Where a node begins; 0 if it is not written anywhere. */
export function offsetOf(node: unknown): number {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : 0;
}

/** Messages of the parser begin with a capital letter, ours do not. */
export function firstLetterLower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function duplicate(path: DataPath, offset: number, firstLine: number): YamlFinding {
  const key = String(path.at(-1));
  const [top, , third] = path;
  const named = (things: string) => `two ${things} are named "${key}"`;
  let message = `key "${key}" is given twice`;
  if (path.length === 2 && (top === 'services' || top === 'clusters')) message = named(top);
  if (path.length === 4 && top === 'clusters' && third === 'machines') message = named('machines');
  const hint = `the first is on line ${firstLine}; rename or remove one`;
  return { rule: 'duplicate-key', offset, path: formatPath(path), message, hint };
}
