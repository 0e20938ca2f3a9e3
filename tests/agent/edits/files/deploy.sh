#!/bin/sh
# Copies a release to the web hosts and switches the link.
set -eu

APP=notes
RELEASES=/srv/$APP/releases
KEEP=5
HOSTS="web1 web2 web3"

usage() {
  echo "usage: $0 [-n] VERSION" >&2
  exit 2
}

log() {
  printf '%s %s\n' "$(date +%H:%M:%S)" "$*"
}

dry_run=no
while getopts n option; do
  case $option in
    n) dry_run=yes ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))

[ $# -eq 1 ] || usage
version=$1
archive=build/$APP-$version.tar.gz

if [ ! -f "$archive" ]; then
  echo "missing archive: $archive" >&2
  exit 1
fi

run() {
  if [ "$dry_run" = yes ]; then
    echo "would run: $*"
  else
    "$@"
  fi
}

for host in $HOSTS; do
  log "copying to $host"
  run scp "$archive" "$host:/tmp/"
  run ssh "$host" "mkdir -p $RELEASES/$version"
  run ssh "$host" "tar -xzf /tmp/$APP-$version.tar.gz -C $RELEASES/$version"
done

for host in $HOSTS; do
  log "switching $host"
  run ssh "$host" "ln -sfn $RELEASES/$version /srv/$APP/current"
  run ssh "$host" "systemctl restart $APP"
done

for host in $HOSTS; do
  log "cleaning $host"
  run ssh "$host" "ls -1t $RELEASES | tail -n +$((KEEP + 1)) | xargs -r -I{} rm -rf $RELEASES/{}"
done

log "deployed $version"
