"""Planted truth: small companies in which work waits for a cause that we know, because we put it there.

Each stream is played second by second (``simulation``): tickets arrive, people take them up, work on them in
office hours and pass them on. One habit is driven far (``habits``): tickets get blocked, customers are slow,
work comes in the evening, nobody is assigned, releases gather, people are overloaded, they take the newest
first, or they let work lie. A little of all the others is always there.

The company keeps its own books of why each ticket truly waited (``books``), so the strength of what is
planted is measured, not guessed: ``plant`` turns the habit until the planted cause makes up 35 % (faint),
55 % (middle) or 80 % (strong) of what waiting cost. What a tracker would have written down becomes a log and a
vsm.toml (``tracker``). From these alone ``vsm`` has to find the cause again.

**The ranking**, the same for all streams and for books and ``vsm`` alike (``books.scores``): a cause costs the
working time that it lasted. Closed hours are most of everything that waits at all, in any stream, so ``off
hours`` costs only what the calendar alone does not explain: the time that passed while the office was closed,
less the closed share of a week (76 %) of all waiting but ``blocked`` and ``external``. The costliest ranks first.

Nothing but ``tracker`` and the tests imports ``vsm``, and nothing here shares code or tables with what it judges.
"""
