import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseUnit } from '../../src/unit/parse.ts';
import { canonicalText, serialiseUnit } from '../../src/unit/serialise.ts';
import { optionsOf } from '../../src/unit/unit-file.ts';

/** Where Debian ships units; CORESHIP_UNIT_CORPUS adds a folder, for a larger collection. */
const folders = [
  '/usr/lib/systemd/system',
  '/usr/lib/systemd/user',
  process.env['CORESHIP_UNIT_CORPUS'] ?? '',
];
const types = 'service|socket|target|timer|path|mount|automount|swap|slice|scope';
const unitFile = new RegExp(`\\.(${types})$|\\.(${types})\\.d/[^/]+\\.conf$`);

const files = folders
  .filter((folder) => folder !== '' && existsSync(folder))
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter(
    (path) =>
      path.includes('/systemd/') && unitFile.test(path) && existsSync(path) && statSync(path).isFile(),
  );

describe.skipIf(files.length === 0)(
  files.length === 0
    ? 'skipped: no units are shipped on this machine'
    : `${files.length} units shipped on this machine`,
  () => {
    it('parse, and mean the same after being written', () => {
      const changed = files.filter((path) => {
        const file = parseUnit(readFileSync(path, 'utf8'), { file: path });
        return !isDeepStrictEqual(optionsOf(parseUnit(serialiseUnit(file), { file: path })), optionsOf(file));
      });
      expect(changed).toEqual([]);
    });

    it('are the same to fleet in their canonical form', () => {
      const changed = files.filter((path) => {
        const options = optionsOf(parseUnit(readFileSync(path, 'utf8'), { file: path }));
        // An escaped backslash at a line's end is one of the places where fleet reads on (lint: double-backslash-at-end).
        if (options.some((option) => /(?<!\\)(?:\\\\)+$/.test(option.value))) return false;
        const text = canonicalText(options);
        return canonicalText(optionsOf(parseUnit(text, { dialect: 'fleet' }))) !== text;
      });
      expect(changed).toEqual([]);
    });
  },
);
