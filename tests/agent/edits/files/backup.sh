#!/bin/bash
# Nightly backup of databases and uploads.

BACKUP_DIR=/var/backups
RETENTION_DAYS=14
DATABASES=(shop forum wiki)
STAMP=$(date +%Y-%m-%d)

fail() {
	echo "backup failed: $1" >&2
	exit 1
}

dump_database() {
	local name=$1
	local target="$BACKUP_DIR/$name-$STAMP.sql.gz"
	if ! pg_dump "$name" | gzip > "$target"; then
		rm -f "$target"
		fail "dump of $name"
	fi
	echo "dumped $name"
}

archive_uploads() {
	local target="$BACKUP_DIR/uploads-$STAMP.tar.gz"
	if ! tar -czf "$target" -C /srv/uploads .; then
		rm -f "$target"
		fail "archive of uploads"
	fi
	echo "archived uploads"
}

prune() {
	find "$BACKUP_DIR" -type f -name '*.gz' -mtime "+$RETENTION_DAYS" -delete
}

check_space() {
	local free
	free=$(df --output=avail -m "$BACKUP_DIR" | tail -n 1)
	if (( free < 2048 )); then
		fail "only ${free} MiB left"
	fi
}

case "${1:-all}" in
	all)
		check_space
		for db in "${DATABASES[@]}"; do
			dump_database "$db"
		done
		archive_uploads
		prune
		;;
	databases)
		check_space
		for db in "${DATABASES[@]}"; do
			dump_database "$db"
		done
		;;
	uploads)
		check_space
		archive_uploads
		;;
	*)
		echo "usage: $0 [all|databases|uploads]"
		exit 2
		;;
esac
