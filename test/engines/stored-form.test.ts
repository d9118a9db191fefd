import { describe, expect, it } from 'vitest';
import { refuseMisread, toStoredForm } from '../../src/engines/stored-form.ts';
import { CoreshipError } from '../../src/errors.ts';
import { parseUnitText } from '../../src/services/parsed-unit.ts';
import { groupUnits } from '../../src/services/unit-groups.ts';
import { FakeEngine } from '../fakes/fake-engine.ts';

const text = '# reviewed\n[Service]\nExecStart=/bin/true\n';
const desired = { services: ['a'], groups: groupUnits([parseUnitText('a.service', text)]) };

describe('what is wanted, as the cluster keeps it', () => {
  it('is the reviewed text, byte for byte, where the cluster keeps files', () => {
    expect(toStoredForm(desired, new FakeEngine())).toEqual(desired);
  });

  it('is what the cluster makes of it elsewhere', () => {
    const engine = Object.assign(new FakeEngine(), {
      toStoredForm: (unit: { readonly text: string }) => unit.text.replace('# reviewed\n', ''),
    });
    expect(
      toStoredForm(desired, engine).groups.flatMap(({ units }) => units.map((unit) => unit.text)),
    ).toEqual(['[Service]\nExecStart=/bin/true\n']);
  });
});

describe('what the cluster would misread', () => {
  const problem = { rule: 'unquoted-list', severity: 'error', message: 'no list' } as const;
  const engine = Object.assign(new FakeEngine(), {
    lint: () => [problem, { ...problem, rule: 'other-rule' }],
  });
  const refusal = (allowed: readonly string[]): unknown => {
    try {
      return refuseMisread(desired, engine, allowed);
    } catch (error) {
      return error;
    }
  };

  it('is refused, with the rules to allow', () => {
    const error = refusal(['other-rule']);
    expect(error).toBeInstanceOf(CoreshipError);
    expect(error).toMatchObject({
      code: 'config',
      problems: [problem],
      hint: expect.stringContaining('--allow unquoted-list'),
    });
  });

  it('passes where every rule is allowed, or the cluster misreads nothing', () => {
    expect(refusal(['unquoted-list', 'other-rule'])).toBeUndefined();
    expect(() => refuseMisread(desired, new FakeEngine(), [])).not.toThrow();
  });
});
