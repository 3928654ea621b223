-- Accounts and databases, once, for an empty server: one account for the product, one for Temporal, neither of which
-- can reach the other's. Passwords come from the environment, so that they stand in no file (psql 15 or newer).
\set ON_ERROR_STOP on
\getenv trends_password TRENDS_POSTGRES_PASSWORD
\getenv temporal_password TEMPORAL_POSTGRES_PASSWORD

CREATE ROLE trends LOGIN PASSWORD :'trends_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';

CREATE DATABASE trends OWNER trends ENCODING 'UTF8' TEMPLATE template0;
CREATE DATABASE temporal OWNER temporal ENCODING 'UTF8' TEMPLATE template0;
CREATE DATABASE temporal_visibility OWNER temporal ENCODING 'UTF8' TEMPLATE template0;

REVOKE ALL ON DATABASE trends, temporal, temporal_visibility FROM PUBLIC;
