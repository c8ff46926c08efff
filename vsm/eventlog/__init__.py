"""What happened? Raw documents of every source become one event log; pure, tables in, tables out."""
