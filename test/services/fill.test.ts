import { describe, expect, it } from 'vitest';
import { fill, type View } from '../../src/services/fill.ts';

describe('fill', () => {
  it.each<[name: string, source: string, view: View, text: string]>([
    ['a word', 'a {{word}} b', { word: 'x' }, 'a x b'],
    ['a number', '{{count}}', { count: 0 }, '0'],
    ['an empty word', '[{{word}}]', { word: '' }, '[]'],
    ['characters that HTML escapes', '{{word}}', { word: `/&<>"'=` }, `/&<>"'=`],
    ['a value that looks like a variable', '{{word}}', { word: '{{other}}' }, '{{other}}'],
    ['a switch that is on', '{{#on}}yes\n{{/on}}', { on: true }, 'yes\n'],
    ['a switch that is off', '{{#on}}yes {{inner}}\n{{/on}}', { on: false }, ''],
    [
      'a switch that names itself',
      '{{#side}}Wants={{side}}\n{{/side}}',
      { side: 'a.service' },
      'Wants=a.service\n',
    ],
    ['a list', '{{#all}}-{{name}}\n{{/all}}', { all: [{ name: 'a' }, { name: 'b' }] }, '-a\n-b\n'],
    ['a list that looks outside', '{{#all}}{{outer}}{{/all}}', { all: [{}, {}], outer: 'o' }, 'oo'],
    ['an empty list', '{{#all}}-{{name}}\n{{/all}}', { all: [] }, ''],
    ['a comment', '{{! nothing }}x', {}, 'x'],
  ])('fills in %s', (_, source, view, text) => {
    expect(fill(source, view)).toBe(text);
  });

  it.each<[name: string, source: string, view: View, lacking: string]>([
    ['at the top', '{{word}}', {}, 'word'],
    ['unescaped', '{{{word}}}', {}, 'word'],
    ['as a switch', '{{#on}}x{{/on}}', {}, 'on'],
    ['inside a switch that is on', '{{#on}}{{word}}{{/on}}', { on: true }, 'word'],
    ['in one entry of a list', '{{#all}}{{name}}{{/all}}', { all: [{ name: 'a' }, {}] }, 'name'],
    ['inside an inverted switch', '{{^on}}{{word}}{{/on}}', { on: false }, 'word'],
  ])('refuses a variable that nothing fills: %s', (_, source, view, lacking) => {
    expect(() => fill(source, view)).toThrow(
      expect.objectContaining({ code: 'bug', message: `nothing fills {{${lacking}}}` }),
    );
  });
});
