# shellcheck shell=sh
# The register loop's client for etcd's v2 API, with curl: a key with a time to live.
#
# `put`, `refresh` and `take_back` return 0 on success, and 1 with etcd's message in `answer` on failure. `refresh` returns
# 2 when the registration is lost, 3 when somebody else's has replaced it; `take_back` 2 when there is none. See loop.sh.
# Port 4001 is the port of early etcd releases, and of CoreOS.
default_endpoints=http://127.0.0.1:2379,http://127.0.0.1:4001
# A new leader renews leases but not the keys of v2, so the time of an election is added here.
life=$((TTL + 1))

# Passed to curl on its standard input: anybody can read a password on a command line.
setting() { [ -z "$2" ] || printf '%s = "%s"\n' "$1" "$(printf %s "$2" | sed 's/[\\"]/\\&/g')"; }
settings=$(
  setting cacert "${ETCDCTL_CACERT:-}"
  setting cert "${ETCDCTL_CERT:-}"
  setting key "${ETCDCTL_KEY:-}"
  setting user "${ETCDCTL_USER:-}${ETCDCTL_PASSWORD:+:$ETCDCTL_PASSWORD}"
)
etcd() {
  base=$endpoint
  case $base in *://*) ;; *) base=http${ETCDCTL_CACERT:+s}://$base ;; esac
  answer=$(printf '%s\n' "$settings" |
    curl -sS -K - -X "$1" --connect-timeout 1 --max-time 2 -w ' %{http_code}' "$base/v2/keys$key?$2" 2>&1 |
    tr -d '\n' | sed 's/ after [0-9]* m[a-z]*//')
  status=${answer##* }
}

put() {
  etcd PUT "value=$value&ttl=$life"
  case $status in 200|201) return 0 ;; esac
  return 1
}

# A refresh wakes no watcher. It refreshes only this loop's own value.
refresh() {
  etcd PUT "ttl=$life&refresh=true&prevExist=true&prevValue=$value"
  case $status in
    200) return 0 ;;
    404) return 2 ;;
    412) return 3 ;;
  esac
  return 1
}

# Removes only this loop's own value.
take_back() {
  etcd DELETE "prevValue=$value"
  case $status in
    200) return 0 ;;
    404|412) return 2 ;;
  esac
  return 1
}
