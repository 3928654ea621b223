#!/bin/sh
# Bring Temporal's two databases to the schema of this release; does nothing where they are. It runs before the server,
# at every start and upgrade, one release after the other: temporal-sql-tool carries the steps of its own release.
# SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD say where.
set -eu

tool=${TEMPORAL_SQL_TOOL:-temporal-sql-tool}

bring() {
  database=$1
  schema=$2
  # Makes the table of versions where it is missing; on a database in use that is nothing.
  "$tool" --plugin postgres12_pgx --db "$database" setup-schema --version 0.0
  "$tool" --plugin postgres12_pgx --db "$database" update-schema --schema-name "$schema"
}

bring temporal postgresql/v12/temporal
bring temporal_visibility postgresql/v12/visibility
