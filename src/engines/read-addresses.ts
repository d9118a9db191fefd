import { parse as parseIni } from 'ini';
import { defined } from '../defined.ts';
import type { ObservedMachine } from '../plan/observation.ts';
import { addressVariables } from '../services/service.ts';

/** The addresses that units on a machine use: those in its `/etc/environment`, if any. */
export function readAddresses(environment: string): ObservedMachine['addresses'] {
  const values: Readonly<Record<string, unknown>> = parseIni(environment);
  const address = (key: string): string | undefined => {
    const value = values[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return defined({ private: address(addressVariables.private), public: address(addressVariables.public) });
}
