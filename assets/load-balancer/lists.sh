# shellcheck shell=bash
# shellcheck disable=SC2154 # sourced by confd-watch, which sets the variables
# What of etcd's keys gets into a list of confd-watch: lines "service address".

# Only literal addresses and ports get through: a name might not resolve, anything else might be more than an address,
# and one that nginx refuses would keep out all others.
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

# An etcd that comes back after long has lost registrations, of v2 all at once, and the sidekicks need a moment to
# register again, as does one that is exchanged beside its only instance: instances that are gone in a way that looks
# like it are kept for a moment, beside those that are back.
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

# An etcd that goes away while instances are kept has them kept from its next answer on.
hold_anew() {
  held=()
}

# Seconds by a clock that nobody sets: bash's own goes with the time of day.
uptime() {
  cut -d . -f 1 /proc/uptime
}

# All that were left; where etcd may have been away, also most of several.
looks_lost() {
  [ "$1" = "$2" ] || { [ -n "$3" ] && [ "$1" -gt 1 ] && [ $(($1 * 2)) -gt "$2" ]; }
}

# Sorts the valid lines of followed services, and writes the others of these services to a file.
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
  # That would be this nginx, which would ask itself again and again.
  local itself='127\..*|0\.0\.0\.0|\[[0:]*1?\]|\[[0:]*:[fF]{4}:(7[fF]..:.*|0*:0*)\]'
  if [[ $port = 80 && $host =~ ^($itself)$ ]]; then return 1; fi
  if [[ $host =~ ^\[(.*)\]$ ]]; then is_ipv6 "${BASH_REMATCH[1]}"; else [[ $host =~ ^$octet(\.$octet){3}$ ]]; fi
}

# `::` stands for two groups of zeros or more, once: nginx takes it for no less.
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
