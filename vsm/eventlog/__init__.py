"""Raw documents of every source become one event log; pure: documents in, tables out."""
