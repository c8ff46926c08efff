"""Measures: tables in, tables and graphs out; nothing is read, drawn or asked for the time here.

Parameters have one meaning throughout. ``visits``, ``handoffs``, ``waits`` (with causes), ``blocks``,
``events`` (with persons for accounts), ``tickets``, ``commits``, ``releases`` and ``deploys`` are the tables
of ``vsm.tables``; ``lifecycles`` are made by ``lifecycles_from_visits``, ``stage_visits`` by
``stage_visits_from_visits``, ``stages`` by ``stages_from_names``, ``alignment`` by ``alignment_of_tickets``,
``owners`` by ``ticket_owners``. ``as_of`` is the instant that counts as now, ``bots`` are the names of
holders that are no people. What would rest on fewer than ``minimum`` tickets is missing: too few to say.
Intervals are 95 %; ``seed`` is that of their bootstrap. Completed tickets are those delivered: finished for
good, not by a bulk edit, and not discarded.
"""
