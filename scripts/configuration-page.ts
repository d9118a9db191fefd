/** Part of a JSON schema, as far as the page reads it. */
interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly required?: readonly string[];
}

/** docs/configuration.md: every key of coreship.yaml, from its schema. */
export function configurationPage(schema: Node): string {
  return [
    '# coreship.yaml',
    '',
    'Every key, made from `schema.json`. Unknown keys are refused; keys that begin with `x-` are free.',
    'Times are seconds.',
    '',
    '| key | meaning | values | default |',
    '|---|---|---|---|',
    ...rows('', schema),
    '',
  ].join('\n');
}

function rows(prefix: string, node: Node): readonly string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const path = prefix ? `${prefix}.${name}` : name;
    return [row(path, child, node.required?.includes(name) ?? false), ...below(path, child)];
  });
}

function below(path: string, node: Node): readonly string[] {
  const named = node.additionalProperties;
  return [
    ...rows(path, node),
    ...(typeof named === 'object' && named.properties ? rows(`${path}.<name>`, named) : []),
    ...(node.items?.properties ? rows(`${path}[]`, node.items) : []),
  ];
}

function row(path: string, node: Node, required: boolean): string {
  const fallback = node.default === undefined ? (required ? 'required' : '') : code(node.default);
  return `| ${[`\`${path}\``, node.description ?? '', values(node), fallback].map(cell).join(' | ')} |`;
}

function values(node: Node): string {
  if (node.enum) return node.enum.map(code).join(', ');
  if (node.const !== undefined) return code(node.const);
  const range = node.minimum === undefined ? '' : ` ${node.minimum} to ${node.maximum ?? 'any'}`;
  const example = node.examples?.[0] === undefined ? '' : `, such as ${code(node.examples[0])}`;
  return `${node.type ?? 'any'}${range}${example}`;
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
