import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Place, Problem } from '../errors.ts';
import type { DataPath } from './data-path.ts';
import {
  conversionProblems,
  duplicateKeys,
  firstLetterLower,
  offsetOf,
  type YamlFinding,
} from './yaml-problems.ts';

/** A YAML text as data that still knows where everything was written. */
export interface YamlSource {
  /** The plain data; undefined where the text cannot be made sense of. */
  readonly data: unknown;
  readonly problems: readonly Problem[];
  /** Where a value, or with `key` the key before it, is written; else its nearest parent that is. */
  locate(path: DataPath, part: 'key' | 'value'): Place;
}

/** A broken document goes on for as long as there is text: the first few errors say it all. */
const MOST_SYNTAX_ERRORS = 10;

/**
 * Parses YAML 1.2 with merge keys (`<<`). How much aliases may expand to is bounded by the parser.
 * A key given twice is a problem of its own, with its path, as are unknown aliases and errors of syntax.
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

/** An empty value has a position behind its key, where there is nothing to see. */
function isWritten(value: unknown): boolean {
  return !isScalar(value) || value.value !== null || Boolean(value.source);
}
