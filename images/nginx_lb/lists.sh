# shellcheck shell=bash
# shellcheck disable=SC2154 # sourced by confd-watch, which sets the variables
# Selects the keys of etcd that get into a list of confd-watch, which consists of lines "service address".

# Only literal addresses with a port pass: a name might not resolve, other text might inject configuration, and one entry
# that nginx refuses would block the whole list.
sift_reading() {
  local line entry='^"/services/([^/"]+)/[^/"]+" "(.*)$'
  while IFS= read -r line; do
    if [[ $line =~ $entry ]]; then echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]%\"}"; fi
  done <"$run/reading" | sift "$run/ignored.new" >"$run/new" || return
  if ! cmp -s "$run/ignored.new" "$run/ignored"; then
    head -n 100 "$run/ignored.new" | sed 's/^/ignored a registration that is no address and port: /' >&2
  fi
  mv "$run/ignored.new" "$run/ignored"
}

sift_saved() {
  if [ -e "$state/list" ]; then head -c 1000000 "$state/list" | sift /dev/null; fi
}

# An etcd that was away for long has lost registrations (in v2 all at once), and sidekicks need a moment to register
# again; so does a sidekick that is replaced while its only instance runs. Instances that vanish in a way that looks
# temporary are kept for a moment, together with those that are back.
keep_vanished() {
  local service count gone
  kept=
  for service in "${services[@]}"; do
    grep "^$service " "$run/list.$1" | comm -23 - "$run/new" >"$run/gone"
    count=$(addresses_of "$service" "$1" | wc -l)
    gone=$(wc -l <"$run/gone")
    if [ "$gone" = 0 ]; then
      held[$service]=
    elif [ -z "${held[$service]:-}" ] && looks_lost "$gone" "$count" "$2"; then
      held[$service]=$(($(uptime) + patience))
    fi
    if [ "$(uptime)" -lt "${held[$service]:-0}" ]; then
      kept="$kept${kept:+, }$service"
      cat "$run/gone" >>"$run/new"
      sort -o "$run/new" "$run/new" || return
    fi
  done
}

readonly patience=6 # seconds
declare -A held=()

# When etcd goes away while instances are kept, the time starts again with its next answer.
hold_anew() {
  held=()
}

# Seconds of a monotonic clock: bash's own follows the time of day.
uptime() {
  cut -d . -f 1 /proc/uptime
}

# All remaining instances vanished; where etcd may have been away, also most of several.
looks_lost() {
  [ "$1" = "$2" ] || { [ -n "$3" ] && [ "$1" -gt 1 ] && [ $(($1 * 2)) -gt "$2" ]; }
}

# Prints the valid lines of followed services, sorted, and writes their invalid lines to a file.
sift() {
  local service value
  while read -r service value; do
    if [[ " ${services[*]} " != *" $service "* ]]; then continue; fi
    if is_address "$value"; then echo "$service $value"; else echo "$service ${value@Q}" >&4; fi
  done 4>"$1" | sort -u
}

is_address() {
  local octet='(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])' host=${1%:*} port=${1##*:}
  if ! [[ $port =~ ^[1-9][0-9]{0,4}$ && $port -le 65535 ]]; then return 1; fi
  # This is nginx itself: requests would loop.
  local itself='127\..*|0\.0\.0\.0|\[[0:]*1?\]|\[[0:]*:[fF]{4}:(7[fF]..:.*|0*:0*)\]'
  if [[ $port = 80 && $host =~ ^($itself)$ ]]; then return 1; fi
  if [[ $host =~ ^\[(.*)\]$ ]]; then is_ipv6 "${BASH_REMATCH[1]}"; else [[ $host =~ ^$octet(\.$octet){3}$ ]]; fi
}

# `::` stands for two or more groups of zeros, once: nginx does not accept it for a single group.
is_ipv6() {
  local group='[0-9a-fA-F]{1,4}' groups
  if [[ $1 != *::* ]]; then
    [[ $1 =~ ^$group(:$group){7}$ ]]
  else
    local some="^($group(:$group)*)?$"
    read -ra groups <<<"${1//:/ }"
    [[ ${1%%::*} =~ $some && ${1#*::} =~ $some && ${#groups[@]} -le 6 ]]
  fi
}
