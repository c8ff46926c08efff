"""What the numbers mean: visits, handoffs, waits and causes as plain loops over plain rows.

Read in this order: ``visits``, ``handoffs``, ``waits``, ``causes``. ``vsm.intervals`` computes the same on
arrays, for millions of events; the tests prove that both agree, on random logs and on real trackers. Neither
imports the other. ``explain`` applies them to one ticket, step by step.

Optional branches: ``blocks`` (flags, links, blocked stages), ``milestones`` (stages that Git shows),
``reviews`` and ``review_moves`` (stages that pull requests and pipelines show). The loops of these last two
serve streams as well, by ``pull_tables``: nothing in ``vsm.intervals`` does the same.
"""
