import type { RegistrySettings, Service } from '../services/service.ts';
import type { Cluster } from './cluster.ts';

/** Everything a project folder says, read once and checked. */
export interface Project {
  /** Absolute path of the folder that holds `coreship.yaml`. */
  readonly root: string;
  readonly name: string;
  readonly registry: RegistrySettings;
  readonly services: readonly Service[];
  readonly clusters: readonly Cluster[];
  /** Template units in `unit-templates/` and units with one copy in `static/`, in name order. */
  readonly units: readonly UnitSource[];
  /** The desired instances: what lies in `instances/`, in name order. */
  readonly instances: readonly InstanceLink[];
}

/** A unit file of the project, byte for byte. */
export interface UnitSource {
  readonly name: string;
  /** Path relative to the root, with `/`: `unit-templates/apache@.service`. */
  readonly path: string;
  readonly text: string;
}

/** An entry of `instances/`: a link to a template, or a file with a text of its own. */
export interface InstanceLink {
  /** Unit name: `apache@7777.service`. */
  readonly name: string;
  readonly path: string;
  /** What it says on a machine: the template's text, or its own. */
  readonly text: string;
  /** Name of the template it links to; absent where the file is a copy of its own. */
  readonly template?: string;
}
