"""What the numbers mean: visits, handoffs, waits and causes as plain loops over plain rows.

Read in this order: ``visits``, ``handoffs``, ``waits``, ``causes``. ``vsm.intervals`` computes the same on
arrays, for millions of events; the tests prove that both agree, on random logs and on real trackers. Neither
imports the other. ``explain`` applies them to one ticket, step by step.

Optional branches: ``blocks`` (flags, links, blocked stages) and ``milestones`` (stages that Git shows).
"""
