import { describe, expect, it } from 'vitest';
import { fleetFiles } from '../../src/lab/fleet.ts';

const machine = {
  name: 'lab-1',
  id: 'a'.repeat(32),
  address: '10.213.0.11',
  namespace: 'n',
  link: 'l',
  metadata: { zone: 'a', disk: 'ssd' },
};

describe('a machine of a lab that runs fleet', () => {
  it('configures fleet with its address and its metadata', () => {
    const conf = fleetFiles(machine)['etc/fleet/fleet.conf'];
    expect(conf).toContain('public_ip="10.213.0.11"\nmetadata="zone=a,disk=ssd"\n');
  });

  it('opens the socket that clients use', () => {
    expect(fleetFiles(machine)['etc/systemd/system/fleet.socket']).toContain(
      'ListenStream=/var/run/fleet.sock\n',
    );
  });
});
