import type { ParsedUnit } from '../services/parsed-unit.ts';
import type { RegistrySettings, Service } from '../services/service.ts';
import type { Cluster } from './cluster.ts';

/** A project folder, read once and checked. */
export interface Project {
  /** Absolute path of the folder that holds `coreship.yaml`. */
  readonly root: string;
  readonly name: string;
  readonly registry: RegistrySettings;
  readonly services: readonly Service[];
  readonly clusters: readonly Cluster[];
  /** Template units in `unit-templates/` and units with one copy in `static/`, in name order. */
  readonly units: readonly ProjectUnit[];
  /** The desired instances: the entries of `instances/`, in name order. */
  readonly instances: readonly ProjectInstance[];
}

/** A unit file of the project. */
export interface ProjectUnit extends ParsedUnit {
  /** Path relative to the root, with `/`: `unit-templates/apache@.service`. */
  readonly path: string;
}

/** An entry of `instances/`, such as `apache@7777.service`: a link to its template, or a file with a text of its own. */
export interface ProjectInstance extends ProjectUnit {
  /** Name of the template it links to, whose text it has; absent where the file has a text of its own. */
  readonly template?: string;
}
