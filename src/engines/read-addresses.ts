import { parse as parseIni } from 'ini';
import type { ObservedMachine } from '../plan/observation.ts';
import { addressVariables } from '../services/service.ts';

/** The addresses that units on a machine see: those of its `/etc/environment`, where it has them. */
export function readAddresses(environment: string): ObservedMachine['addresses'] {
  const values: Readonly<Record<string, unknown>> = parseIni(environment);
  const address = (key: string): string | undefined => {
    const value = values[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const own = address(addressVariables.private);
  const open = address(addressVariables.public);
  return { ...(own ? { private: own } : {}), ...(open ? { public: open } : {}) };
}
