import { table } from './table.ts';

/** A service with what is registered for it and what its load balancers serve. */
export interface ServiceRow {
  readonly name: string;
  /** Null where etcd did not answer. */
  readonly registered: readonly string[] | null;
  readonly serves: readonly ServedRow[];
}

interface ServedRow {
  readonly machine: string;
  /** Null where the load balancer did not answer. */
  readonly backends: readonly string[] | null;
  readonly problem?: string;
}

/** The table of `coreship services`. */
export function servicesText(services: readonly ServiceRow[]): string {
  const rows = services.map(({ name, registered, serves }) => [
    name,
    registered ? registered.join(' ') || '-' : '?',
    serves.map(servedText).join('; ') || '-',
  ]);
  return table([['SERVICE', 'REGISTERED', 'SERVES'], ...rows]);
}

/** What keeps load balancers from serving a newer list. */
export function servicesNotes(services: readonly ServiceRow[]): string {
  return services
    .flatMap(({ name, serves }) =>
      serves.map(({ machine, problem }) =>
        problem === undefined ? '' : `${name} on ${machine}: ${problem}\n`,
      ),
    )
    .join('');
}

function servedText({ machine, backends }: ServedRow): string {
  return `${machine}: ${backends ? backends.join(' ') || 'nothing' : 'no answer'}`;
}
