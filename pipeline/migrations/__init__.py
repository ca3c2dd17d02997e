"""How the database of an older Earmark becomes this one's: a file a version in versions/, in Alembic's form.

What a version did is never changed afterwards: it names no table of today's code. A new version is a file of its own,
for every database, together with `SCHEMA_VERSION` and the tables of pipeline/tables.py; tests hold that an old database
and a new one end alike. SQLite had versions 1 to 3 alone: PostgreSQL began with 4.
"""
