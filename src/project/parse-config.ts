import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Problem } from '../errors.ts';
import type { RegistrySettings, Service } from '../services/service.ts';
import type { Cluster } from './cluster.ts';
import { clusterSchema, toCluster } from './cluster-schema.ts';
import { configProblems } from './config-rules.ts';
import { configSchema } from './schema.ts';
import { schemaProblems } from './schema-problems.ts';
import { serviceSchema, toService } from './service-schema.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

/** What `coreship.yaml` says, defaults filled in. Files named in clusters are absolute paths. */
export interface Config {
  readonly name: string;
  readonly registry: RegistrySettings;
  readonly services: readonly Service[];
  readonly clusters: readonly Cluster[];
}

/** A file's meaning and all that is wrong with it; without a meaning where a problem is an error. */
export interface ConfigReading {
  readonly config?: Config;
  readonly problems: readonly Problem[];
}

/**
 * Checks the text of a `coreship.yaml`, with every problem at once.
 * `file` is its name in problems, `root` the folder that file names in it start from.
 */
export function parseConfig(text: string, file: string, root: string): ConfigReading {
  const source = parseYaml(text, file);
  if (source.data === undefined) return { problems: source.problems };
  const path = (written: string) =>
    written.startsWith('~/') ? join(homedir(), written.slice(2)) : resolve(root, written);
  const written = configSchema.safeParse(source.data, { reportInput: true });
  const { services, clusters } = written.success
    ? settle(written.data, path)
    : settle(checkedParts(source.data), path);
  const problems = [
    ...source.problems,
    ...(written.success ? [] : schemaProblems(written.error, source)),
    ...configProblems(services, clusters, source, serviceNames(source)),
  ];
  if (!written.success || problems.some(({ severity }) => severity === 'error')) {
    return { problems: problems.sort(byPlace) };
  }
  const { name, registry } = written.data;
  return { config: { name, registry, services, clusters }, problems };
}

interface Parts {
  readonly services: Readonly<Record<string, Parameters<typeof toService>[1]>>;
  readonly clusters: Readonly<Record<string, Parameters<typeof toCluster>[1]>>;
}

function settle(parts: Parts, path: (written: string) => string): Pick<Config, 'services' | 'clusters'> {
  return {
    services: Object.entries(parts.services).map(([name, service]) => toService(name, service)),
    clusters: Object.entries(parts.clusters).map(([name, cluster]) => toCluster(name, cluster, path)),
  };
}

/** The services and clusters that are right by themselves, so that one wrong key does not hide other problems. */
function checkedParts(data: unknown): Parts {
  const checked = <T>(key: string, check: (value: unknown) => { success: boolean; data?: T }) =>
    Object.fromEntries(
      Object.entries(mapAt(data, key)).flatMap(([name, value]) => {
        const result = check(value);
        return result.success && result.data !== undefined ? [[name, result.data]] : [];
      }),
    );
  return {
    services: checked('services', (value) => serviceSchema.safeParse(value)),
    clusters: checked('clusters', (value) => clusterSchema.safeParse(value)),
  };
}

function serviceNames(source: YamlSource): readonly string[] {
  return Object.keys(mapAt(source.data, 'services'));
}

function mapAt(data: unknown, key: string): Readonly<Record<string, unknown>> {
  const value = isMap(data) ? data[key] : undefined;
  return isMap(value) ? value : {};
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function byPlace(a: Problem, b: Problem): number {
  return (a.where?.line ?? 0) - (b.where?.line ?? 0) || (a.where?.column ?? 0) - (b.where?.column ?? 0);
}
