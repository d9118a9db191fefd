import { describe, expect, it } from 'vitest';
import { CoreshipError } from '../../src/errors.ts';
import { instanceOf, parseUnitName, templateOf } from '../../src/unit/name.ts';

/** What a call throws, as code, message and hint. */
function failure(call: () => unknown): CoreshipError {
  try {
    call();
  } catch (error) {
    if (error instanceof CoreshipError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('parseUnitName', () => {
  it.each([
    ['nginx_lb.service', { prefix: 'nginx_lb', type: 'service', isTemplate: false }],
    ['apache@.service', { prefix: 'apache', type: 'service', isTemplate: true }],
    ['apache@7777.service', { prefix: 'apache', instance: '7777', type: 'service', isTemplate: false }],
    ['a-b@c@d.e.timer', { prefix: 'a-b', instance: 'c@d.e', type: 'timer', isTemplate: false }],
    ['getty@tty1.target', { prefix: 'getty', instance: 'tty1', type: 'target', isTemplate: false }],
    ['srv-data\\x2d1.mount', { prefix: 'srv-data\\x2d1', type: 'mount', isTemplate: false }],
    ['-.slice', { prefix: '-', type: 'slice', isTemplate: false }],
    [`${'a'.repeat(247)}.service`, { prefix: 'a'.repeat(247), type: 'service', isTemplate: false }],
  ])('%s', (name, parts) => {
    expect(parseUnitName(name)).toEqual({ name, ...parts });
  });

  it.each<[name: string, message: RegExp, hint: RegExp | undefined]>([
    ['', /is empty/, undefined],
    ['apache', /has no type/, /apache\.service/],
    ['apache.', /unknown type/, /service, socket/],
    ['apache.conf', /unknown type/, /service, socket/],
    ['apache.Service', /unknown type/, undefined],
    ['a.busname', /unknown type/, undefined],
    ['a b.service', /the character " "/, /allowed are/],
    ['a/b.service', /the character "\/"/, undefined],
    ['ä.service', /the character "ä"/, undefined],
    ['a%i.service', /the character "%"/, undefined],
    ['@7777.service', /nothing before the @/, undefined],
    ['.service', /nothing before the type/, undefined],
    ['a@b.mount', /type without templates/, /service, socket/],
    [`${'a'.repeat(248)}.service`, /256 characters long/, /255/],
  ])('refuses %j', (name, message, hint) => {
    const error = failure(() => parseUnitName(name));
    expect(error.code).toBe('config');
    expect(error.message).toMatch(message);
    if (hint) expect(error.hint).toMatch(hint);
  });
});

describe('instanceOf', () => {
  it.each([
    ['apache@.service', '7777', 'apache@7777.service'],
    ['apache@.service', 'blue.green:1_a-b@c', 'apache@blue.green:1_a-b@c.service'],
    ['apache@.service', 'a\\x20b', 'apache@a\\x20b.service'],
    ['backup@.timer', 'daily', 'backup@daily.timer'],
  ])('%s of %s', (template, instance, name) => {
    expect(instanceOf(template, instance)).toBe(name);
    expect(templateOf(name)).toBe(template);
  });

  it.each([
    ['', undefined],
    ['.', undefined],
    ['..', undefined],
    ['../x', '\\x2e.-x'],
    ['a b', 'a\\x20b'],
    ['$(id)', '\\x24\\x28id\\x29'],
    ['a;b', 'a\\x3bb'],
    ['a\nb', 'a\\x0ab'],
    ['a\0b', undefined],
    ['a\\b', 'a\\x5cb'],
    ['%i', '\\x25i'],
    ['ä', '\\xc3\\xa4'],
    ['\u0661', '\\xd9\\xa1'],
  ])('refuses the instance %j and says what is allowed', (instance, escaped) => {
    const error = failure(() => instanceOf('apache@.service', instance));
    expect(error.code).toBe('usage');
    expect(error.message).toContain(JSON.stringify(instance));
    expect(error.hint).toContain('letters, digits and');
    if (escaped !== undefined) expect(error.hint).toContain(escaped);
  });

  it('refuses an instance that makes the name too long', () => {
    expect(() => instanceOf('apache@.service', '7'.repeat(250))).toThrow(/characters long/);
  });

  it.each(['apache.service', 'apache@1.service'])('refuses %s, which is not a template', (template) => {
    const error = failure(() => instanceOf(template, '7777'));
    expect(error.message).toBe(`${template} is not a template`);
    expect(error.hint).toContain('apache@.service');
  });
});

describe('templateOf', () => {
  it.each(['apache@.service', 'nginx_lb.service'])('%s has none', (name) => {
    expect(templateOf(name)).toBeUndefined();
  });
});
