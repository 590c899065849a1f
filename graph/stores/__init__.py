"""Entities and relations kept safe: SQLite and Neo4j behind one protocol."""
