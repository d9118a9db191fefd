import { machines, scriptOn, scriptOnAll } from './test-lab.ts';

/** Brings the lab to its known state without coreship's help: nothing deployed, nothing in etcd, all services up. */
export async function clearLab(): Promise<void> {
  await scriptOnAll(startServices);
  await scriptOnAll(removeUnits);
  const [first] = await machines();
  if (first) await scriptOn(first, emptyEtcd);
}

/** In API v2 lies what fleet keeps, too, which is none of ours. */
const emptyEtcd = `
ETCDCTL_API=3 etcdctl del --prefix "" --from-key=false
for folder in services coreship; do ETCDCTL_API=2 etcdctl rm --recursive /$folder >/dev/null 2>&1 || true; done
`;

const startServices = 'systemctl start --no-block etcd; systemctl start docker; systemctl start etcd';

/** What hangs on a target of coreship's, what a killed run may have left beside it, and all containers. */
const removeUnits = `
cd /etc/systemd/system
names=$(find . -path './coreship-*.target.wants/*' -printf '%f\\n')
[ -z "$names" ] || systemctl stop -- $names || true
for name in $names; do rm -f -- "$name"; done
systemctl stop 'coreship-*.target'
rm -rf .*.new coreship-*.target coreship-*.target.wants multi-user.target.wants/coreship-*.target
systemctl daemon-reload
systemctl reset-failed
containers=$(docker ps --all --quiet)
[ -z "$containers" ] || docker rm --force $containers >/dev/null
`;
