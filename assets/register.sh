# shellcheck shell=sh
# Register loop of a sidekick: keeps one key in etcd v3 while the service answers.
#
# It travels inside the sidekick's unit, without these comments.
#
# Environment, set by the unit: SERVICE, PORT, KEY (address or host), CHECK (http or tcp), CHECK_PATH, INTERVAL, TIMEOUT, RISE,
# FALL, TTL (seconds and counts), COREOS_PRIVATE_IPV4, and etcdctl's own ETCDCTL_* variables.
# A proxy in /etc/environment is for the way out, not for this machine and its etcd.
export no_proxy='*' NO_PROXY='*'
address=${COREOS_PRIVATE_IPV4:-}
if [ -z "$address" ] || [ -z "${PORT:-}" ]; then
  echo "nothing to register: COREOS_PRIVATE_IPV4='$address' PORT='${PORT:-}'; see /etc/environment" >&2
  exit 1
fi
value=$address:$PORT
key=/services/$SERVICE/$value
if [ "$KEY" = host ]; then key=/services/$SERVICE/$address; fi

# A check runs in the background and is waited for: a stop signal must not wait for a slow answer.
# A TCP check counts connections, because a server that says nothing first ends it by its time-out.
check() {
  if [ "$CHECK" = tcp ]; then
    curl -s -o /dev/null --max-time "$TIMEOUT" -w "%{num_connects}" "telnet://$value" </dev/null | grep -qx 1 &
  else
    curl -fs -o /dev/null --max-time "$TIMEOUT" "http://$value$CHECK_PATH" &
  fi
  wait $!
}

# The lease is kept alive by a process of its own, so that a slow check never lets it run out.
lease=; keeper=
register() {
  granted=$(etcdctl lease grant "$TTL") || return 1
  lease=${granted#lease }; lease=${lease%% *}
  if etcdctl put --lease="$lease" "$key" "$value" >/dev/null; then
    etcdctl lease keep-alive "$lease" >/dev/null &
    keeper=$!
    echo "registered $key"
  else
    lease=
    return 1
  fi
}
# Revoking the lease removes this loop's own key and nothing that somebody else has put there since.
deregister() {
  if [ -n "$keeper" ]; then kill "$keeper" 2>/dev/null; keeper=; fi
  if [ -n "$lease" ]; then
    etcdctl lease revoke "$lease" >/dev/null && echo "deregistered $key ($1)"
    lease=
  fi
}
trap 'trap "" TERM INT; deregister stopped; exit 0' TERM INT

good=0; bad=0
while :; do
  if check; then good=$((good + 1)); bad=0; else bad=$((bad + 1)); good=0; fi
  if [ -n "$lease" ] && ! kill -0 "$keeper" 2>/dev/null; then
    echo "the lease of $key is lost" >&2
    lease=; keeper=
  fi
  if [ -z "$lease" ] && [ "$good" -ge "$RISE" ]; then register; fi
  if [ -n "$lease" ] && [ "$bad" -ge "$FALL" ]; then deregister "$bad checks failed"; fi
  sleep "$INTERVAL" &
  wait $!
done
