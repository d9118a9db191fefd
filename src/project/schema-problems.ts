import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { didYouMean, nearest } from './did-you-mean.ts';
import { type DataPath, formatPath } from './finding.ts';
import { configSchema } from './schema.ts';
import type { YamlSource } from './yaml-source.ts';

/** Turns the errors of the schema into problems in plain words, each with its place. */
export function schemaProblems(error: z.ZodError, source: YamlSource): readonly Problem[] {
  return error.issues.flatMap((issue) => issueProblems(issue, source));
}

function issueProblems(issue: z.core.$ZodIssue, source: YamlSource): readonly Problem[] {
  const { path } = issue;
  const problem = (
    rule: string,
    message: string,
    hint?: string,
    part: 'key' | 'value' = 'value',
  ): Problem => ({
    rule,
    severity: 'error',
    where: source.locate(path, part),
    path: formatPath(path),
    message,
    ...(hint && { hint }),
  });
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        ...problem('unknown-key', `unknown key "${key}"`, didYouMean(key, keysAt(path))),
        where: source.locate([...path, key], 'key'),
      }));
    case 'invalid_type': {
      if (issue.input === undefined) return [missingKey(path, source)];
      const hint = quoteHint(issue.expected, issue.input);
      return [problem('wrong-type', `expected ${typeName(issue.expected)}, got ${got(issue.input)}`, hint)];
    }
    case 'invalid_value': {
      const values = issue.values.map(String);
      const choice = values.map((value) => `"${value}"`).join(' or ');
      const near = typeof issue.input === 'string' && values.length > 1 && nearest(issue.input, values);
      const hint = near ? `did you mean "${near}"?` : undefined;
      return [problem('bad-value', `must be ${choice}, got ${got(issue.input)}`, hint)];
    }
    case 'invalid_key': {
      const message = issue.issues.map((inner) => inner.message).join(', ');
      return [problem('bad-name', `the name ${got(issue.input)} ${message}`, undefined, 'key')];
    }
    default: {
      const collection = typeof issue.input === 'object' && issue.input !== null;
      const message = collection ? issue.message : `${issue.message}, got ${got(issue.input)}`;
      return [problem('bad-value', message)];
    }
  }
}

function missingKey(path: DataPath, source: YamlSource): Problem {
  const parent = path.slice(0, -1);
  return {
    rule: 'missing-key',
    severity: 'error',
    where: source.locate(parent, 'key'),
    path: formatPath(parent),
    message: `missing key "${String(path.at(-1))}"`,
  };
}

function typeName(expected: string): string {
  switch (expected) {
    case 'string':
      return 'text';
    case 'int':
      return 'a whole number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'object':
    case 'record':
      return 'a map of keys';
    default:
      return `a ${expected}`;
  }
}

function got(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map of keys';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
}

/** YAML does not read `80` and `true` as text. */
function quoteHint(expected: string, value: unknown): string | undefined {
  const unquoted = typeof value === 'number' || typeof value === 'boolean';
  return expected === 'string' && unquoted ? 'write it in quotes' : undefined;
}

/** The keys that the schema knows at a path. */
function keysAt(path: DataPath): readonly string[] {
  let schema = unwrap(configSchema);
  for (const step of path) {
    if (schema instanceof z.ZodObject) schema = unwrap(schema.shape[String(step)]);
    else if (schema instanceof z.ZodRecord) schema = unwrap(schema.valueType);
    else if (schema instanceof z.ZodArray) schema = unwrap(schema.element);
  }
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The schema behind defaults and the like. */
function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodPipe) return unwrap(schema.out);
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodExactOptional) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodDefault) return unwrap(schema.unwrap());
  return schema;
}
