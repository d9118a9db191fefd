# shellcheck shell=sh
# The registry's end of the register loop for etcd's v2 API, by curl: a key with a time to live.
#
# `put`, `refresh` and `take_back` return 0 when done, and 1 with etcd's words in `answer` when etcd does not do it. `refresh`
# returns 2 when the registration is lost, 3 when somebody else's is in its place; `take_back` 2 when there is none. See loop.sh.
# Port 4001 is where etcd listened first, and CoreOS's still did.
default_endpoints=http://127.0.0.1:2379,http://127.0.0.1:4001
# A new leader gives leases their whole life again, but keys of v2 nothing: what it takes to find one is added here.
life=$((TTL + 1))

# curl reads these from its standard input: a password has no place on a command line, which anybody may see.
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

# A refresh wakes no watcher. It is for this loop's own value only.
refresh() {
  etcd PUT "ttl=$life&refresh=true&prevExist=true&prevValue=$value"
  case $status in
    200) return 0 ;;
    404) return 2 ;;
    412) return 3 ;;
  esac
  return 1
}

# Removes nothing that somebody else has put there since.
take_back() {
  etcd DELETE "prevValue=$value"
  case $status in
    200) return 0 ;;
    404|412) return 2 ;;
  esac
  return 1
}
