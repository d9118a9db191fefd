import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import type { Place, Problem } from '../errors.ts';

/** Path inside the data: keys and list positions. */
export type DataPath = readonly PropertyKey[];

/** A YAML text as data that still knows where everything was written. */
export interface YamlSource {
  /** The plain data; only to be used where no problem is an error of syntax. */
  readonly data: unknown;
  readonly problems: readonly Problem[];
  /** Where a value, or with `key` the key before it, is written; else its nearest parent that is. */
  locate(path: DataPath, part: 'key' | 'value'): Place;
}

/**
 * Parses YAML 1.2 with merge keys (`<<`). Aliases are bounded by the parser.
 * A key given twice is a problem of its own, with its path, as are unknown aliases and syntax errors.
 */
export function parseYaml(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    merge: true,
    stringKeys: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problem = (rule: string, offset: number, message: string, more: Partial<Problem> = {}): Problem => ({
    rule,
    severity: 'error',
    where: place(offset),
    message,
    ...more,
  });

  const locate = (path: DataPath, part: 'key' | 'value') => place(offsetOf(document.contents, path, part));
  const syntax = document.errors.map((error) =>
    problem('yaml-syntax', error.pos[0], firstLetterLower(error.message)),
  );
  // A broken document goes on for as long as there is text: the first few errors say it all.
  if (syntax.length > 0) return { data: undefined, problems: syntax.slice(0, 10), locate };

  const tags = document.warnings.map((warning) =>
    problem('yaml-syntax', warning.pos[0], firstLetterLower(warning.message), {
      hint: 'tags have no meaning here',
    }),
  );
  const twice = findDuplicates(document.contents, []).map(({ path, first, second }) => {
    const key = String(path.at(-1));
    return problem('duplicate-key', second, duplicateMessage(path, key), {
      path: formatPath(path),
      hint: `the first is on line ${place(first).line}; rename or remove one`,
    });
  });
  try {
    return { data: document.toJS(), problems: [...tags, ...twice], locate };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const unknown: Problem[] = [];
    visit(document, {
      Alias: (_, alias) => {
        if (alias.resolve(document)) return;
        const message = `unknown alias "*${alias.source}"`;
        unknown.push(
          problem('yaml-syntax', start(alias), message, { hint: `write "&${alias.source}" before it` }),
        );
      },
    });
    const problems =
      unknown.length > 0 ? unknown : [problem('yaml-syntax', 0, firstLetterLower(error.message))];
    return { data: undefined, problems: [...tags, ...twice, ...problems], locate };
  }
}

/** Writes a path as people do: `services.apache.ports[0].host`. */
export function formatPath(path: DataPath): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`))
    .join('');
}

function offsetOf(root: Node | null, path: DataPath, part: 'key' | 'value'): number {
  let node: unknown = root;
  let offset = 0;
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.findLast(
        (item) => isScalar(item.key) && item.key.value === step,
      );
      if (!pair) return offset;
      const last = index === path.length - 1;
      offset = start(last && part === 'value' && isWritten(pair.value) ? pair.value : pair.key);
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = start(node) || offset;
    } else return offset;
  }
  return offset;
}

interface Duplicate {
  readonly path: DataPath;
  readonly first: number;
  readonly second: number;
}

function findDuplicates(node: unknown, path: DataPath): readonly Duplicate[] {
  if (isSeq(node)) return node.items.flatMap((item, index) => findDuplicates(item, [...path, index]));
  if (!isMap(node)) return [];
  const seen = new Map<string, number>();
  return node.items.flatMap((pair) => {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const inside = findDuplicates(pair.value, [...path, key]);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, start(pair.key));
      return inside;
    }
    return [{ path: [...path, key], first, second: start(pair.key) }, ...inside];
  });
}

function duplicateMessage(path: DataPath, key: string): string {
  const [top, , third] = path;
  if (path.length === 2 && top === 'services') return `two services are named "${key}"`;
  if (path.length === 2 && top === 'clusters') return `two clusters are named "${key}"`;
  if (path.length === 4 && top === 'clusters' && third === 'machines')
    return `two machines are named "${key}"`;
  return `key "${key}" is given twice`;
}

/** An empty value has a position behind its key, where there is nothing to see. */
function isWritten(value: unknown): boolean {
  return isAlias(value) || !isScalar(value) || value.value !== null || Boolean(value.source);
}

function start(node: unknown): number {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : 0;
}

function firstLetterLower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
