import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Problem } from '../errors.ts';
import { isObject } from '../json.ts';
import type { RegistrySettings, Service } from '../services/service.ts';
import type { Cluster } from './cluster.ts';
import { clusterSchema, toCluster, type WrittenCluster } from './cluster-schema.ts';
import { configProblems, type ServiceEntry } from './config-rules.ts';
import { configSchema } from './schema.ts';
import { schemaProblems } from './schema-problems.ts';
import { serviceSchema, toService, type WrittenService } from './service-schema.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

/** The contents of `coreship.yaml`, with defaults filled in. Files named in clusters are absolute paths. */
export interface Config {
  readonly name: string;
  readonly registry: RegistrySettings;
  readonly services: readonly Service[];
  readonly clusters: readonly Cluster[];
}

/** The contents of a file, and everything wrong with it; no contents if a problem is an error. */
export interface ConfigReading {
  readonly config?: Config;
  readonly problems: readonly Problem[];
}

/**
 * Parses the text of a `coreship.yaml` and finds all its problems at once.
 * `file` is its name in problems; paths in it are relative to `root`.
 */
export function parseConfig(text: string, file: string, root: string): ConfigReading {
  const source = parseYaml(text, file);
  if (source.data === undefined) return { problems: source.problems };
  const path = (written: string) =>
    written.startsWith('~/') ? join(homedir(), written.slice(2)) : resolve(root, written);
  const written = configSchema.safeParse(source.data, { reportInput: true });
  const { services, clusters } = toNormalForm(written.success ? written.data : validParts(source.data), path);
  const problems = [
    ...source.problems,
    ...(written.success ? [] : schemaProblems(written.error, source)),
    ...configProblems(services, clusters, source, serviceNames(source)),
  ];
  if (!written.success || problems.some(({ severity }) => severity === 'error')) {
    return { problems: problems.sort(byPlace) };
  }
  const { name, registry } = written.data;
  return { config: { name, registry, services: services.map(({ service }) => service), clusters }, problems };
}

interface WrittenParts {
  readonly services: Readonly<Record<string, WrittenService>>;
  readonly clusters: Readonly<Record<string, WrittenCluster>>;
}

function toNormalForm(
  parts: WrittenParts,
  path: (written: string) => string,
): { readonly services: readonly ServiceEntry[]; readonly clusters: readonly Cluster[] } {
  return {
    services: Object.entries(parts.services).map(([name, written]) => ({
      service: toService(name, written),
      written,
    })),
    clusters: Object.entries(parts.clusters).map(([name, cluster]) => toCluster(name, cluster, path)),
  };
}

/** The services and clusters that are valid by themselves, so that one wrong key does not hide other problems. */
function validParts(data: unknown): WrittenParts {
  const valid = <T>(key: string, check: (value: unknown) => { success: boolean; data?: T }) =>
    Object.fromEntries(
      Object.entries(mapAt(data, key)).flatMap(([name, value]) => {
        const result = check(value);
        return result.success && result.data !== undefined ? [[name, result.data]] : [];
      }),
    );
  return {
    services: valid('services', (value) => serviceSchema.safeParse(value)),
    clusters: valid('clusters', (value) => clusterSchema.safeParse(value)),
  };
}

function serviceNames(source: YamlSource): readonly string[] {
  return Object.keys(mapAt(source.data, 'services'));
}

function mapAt(data: unknown, key: string): Readonly<Record<string, unknown>> {
  const value = isObject(data) ? data[key] : undefined;
  return isObject(value) ? value : {};
}

function byPlace(a: Problem, b: Problem): number {
  return (a.where?.line ?? 0) - (b.where?.line ?? 0) || (a.where?.column ?? 0) - (b.where?.column ?? 0);
}
