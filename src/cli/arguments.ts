/** An option as a command declares it, in the words of yargs. */
export interface OptionDeclaration {
  readonly type: 'string' | 'number' | 'boolean';
  readonly describe: string;
  readonly array?: true;
  readonly alias?: string;
  readonly default?: string;
  /** What the help says about the default, where the parser does not know it. */
  readonly defaultDescription?: string;
}

/** A positional argument as a command declares it; its place is in the usage of the command table. */
export interface PositionalDeclaration {
  readonly describe: string;
  readonly required?: true;
  readonly array?: true;
  readonly default?: string;
}

/** The values of declared arguments, under their names in camel case, and those of the global options. */
export type Arguments<
  O extends Options = NoOptions,
  P extends Positionals = NoPositionals,
> = GlobalArguments & {
  readonly [K in keyof O & string as CamelCase<K>]: ValueOf<O[K]>;
} & { readonly [K in keyof P & string as CamelCase<K>]: ValueOf<P[K]> };

/** The values of the options that every command takes. */
export interface GlobalArguments {
  readonly cluster: string;
  readonly project: string | undefined;
  readonly json: boolean;
}

/** Declared options and positional arguments, by name. */
export type Options = Readonly<Record<string, OptionDeclaration>>;
export type Positionals = Readonly<Record<string, PositionalDeclaration>>;
export type NoOptions = Readonly<Record<never, OptionDeclaration>>;
export type NoPositionals = Readonly<Record<never, PositionalDeclaration>>;

/** Gives each declared argument the value that its type says; this is where parsed values become typed ones. */
export function readValues(
  declarations: Options | Positionals,
  parsed: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(declarations).map(([name, declaration]) => [
      name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
      readValue(declaration, parsed[name]),
    ]),
  );
}

type ValueOf<D> = D extends { readonly array: true }
  ? readonly string[]
  : D extends { readonly type: 'boolean' }
    ? boolean
    : D extends { readonly type: 'number' }
      ? number | undefined
      : D extends { readonly required: true } | { readonly default: string }
        ? string
        : string | undefined;

type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

function readValue(declaration: OptionDeclaration | PositionalDeclaration, value: unknown): unknown {
  if (declaration.array) return Array.isArray(value) ? value.map(String) : [];
  switch ('type' in declaration ? declaration.type : 'string') {
    case 'boolean':
      return value === true;
    case 'number':
      return typeof value === 'number' ? value : undefined;
    case 'string':
      return typeof value === 'string' ? value : undefined;
  }
}
