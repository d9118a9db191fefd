import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Place, Problem } from '../errors.ts';
import type { DataPath } from './finding.ts';
import {
  conversionProblems,
  duplicateKeys,
  firstLetterLower,
  offsetOf,
  type YamlFinding,
} from './yaml-problems.ts';

/** The data of a YAML text, and where each value is written. */
export interface YamlSource {
  /** The plain data; undefined if the text cannot be parsed. */
  readonly data: unknown;
  readonly problems: readonly Problem[];
  /** Where a value is written, or with `key` the key before it; else the nearest parent that is written. */
  locate(path: DataPath, part: 'key' | 'value'): Place;
}

/** A broken document has errors as long as there is text; the first few are enough. */
const MOST_SYNTAX_ERRORS = 10;

/**
 * Parses YAML 1.2 with merge keys (`<<`). The parser limits how far aliases expand.
 * Keys given twice, unknown aliases and syntax errors are problems, each with its place.
 */
export function parseYaml(text: string, file: string): YamlSource {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    merge: true,
    stringKeys: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const place = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problem = ({ offset, ...finding }: YamlFinding): Problem => ({
    ...finding,
    severity: 'error',
    where: place(offset),
  });
  const locate = (path: DataPath, part: 'key' | 'value') => place(find(document.contents, path, part));

  const syntax = [...document.errors, ...document.warnings].map((error) =>
    problem({ rule: 'yaml-syntax', offset: error.pos[0], message: firstLetterLower(error.message) }),
  );
  if (syntax.length > 0) return { data: undefined, problems: syntax.slice(0, MOST_SYNTAX_ERRORS), locate };
  const twice = duplicateKeys(document.contents, (offset) => place(offset).line ?? 1).map(problem);
  try {
    return { data: document.toJS(), problems: twice, locate };
  } catch (error) {
    return {
      data: undefined,
      problems: [...twice, ...conversionProblems(document, error).map(problem)],
      locate,
    };
  }
}

function find(root: Node | null, path: DataPath, part: 'key' | 'value'): number {
  let node: unknown = root;
  let offset = 0;
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      // The last of several counts, as it does for the data.
      const pair = node.items.findLast(({ key }) => isScalar(key) && key.value === step);
      if (!pair) return offset;
      const wantsValue = index === path.length - 1 && part === 'value' && isWritten(pair.value);
      offset = offsetOf(wantsValue ? pair.value : pair.key);
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = node === undefined ? offset : offsetOf(node);
    } else return offset;
  }
  return offset;
}

/** Whether there is anything to point at: an empty value is only a position after its key. */
function isWritten(value: unknown): boolean {
  return !isScalar(value) || value.value !== null || Boolean(value.source);
}
