import Mustache from 'mustache';
import { CoreshipError } from '../errors.ts';

/** The values a mustache source may use: text, switches and lists of further views. */
export interface View {
  readonly [name: string]: string | number | boolean | undefined | readonly View[];
}

/** Fills a mustache source without HTML escapes. A variable missing from the view is an error: mustache would ignore it. */
export function fill(source: string, view: View): string {
  checkNames(Mustache.parse(source) as readonly Token[], [view]);
  return Mustache.render(source, view, {}, { escape: String });
}

/** `[kind, name, start, end, children]`, as mustache's parser returns it. */
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
