import Mustache from 'mustache';
import { CoreshipError } from '../errors.ts';

/** What a mustache source may name: words, switches and lists of further views. */
export interface View {
  readonly [name: string]: string | number | boolean | undefined | readonly View[];
}

/**
 * Fills a mustache source. Nothing is HTML-escaped, and a variable the view lacks is an error:
 * mustache itself would render it as nothing.
 */
export function fill(source: string, view: View): string {
  checkNames(Mustache.parse(source) as readonly Token[], [view]);
  return Mustache.render(source, view, {}, { escape: String });
}

/** `[kind, name, start, end, children]`, as mustache's parser gives it. */
type Token = readonly [string, string, number, number, (readonly Token[])?];

function checkNames(tokens: readonly Token[], scope: readonly View[]): void {
  for (const [kind, name, , , children] of tokens) {
    if (kind === 'text' || kind === '!') continue;
    const holder = scope.find((view) => name in view);
    if (!holder) throw new CoreshipError('bug', `nothing fills {{${name}}}`);
    if (!children) continue;
    const inner = holder[name];
    if (kind === '^') {
      if (!inner || (Array.isArray(inner) && inner.length === 0)) checkNames(children, scope);
    } else if (Array.isArray(inner))
      for (const item of inner as View[]) checkNames(children, [item, ...scope]);
    else if (inner) checkNames(children, scope);
  }
}
