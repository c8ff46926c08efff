-- Handoffs and waits by the definitions of vsm/definitions, in SQL (DuckDB): an oracle that shares no line with vsm.
--
-- For logs in which no two changes of a ticket share an instant, none was found deleted, and neither the tracker
-- nor a field names teams or holders; tests/bench/generated.py makes such logs.
-- Tables given: events (instants "us" in microseconds), stage_of (status, stage, kind, team, discipline,
-- position), team_of (person, team); $as_of in microseconds.

CREATE TEMP TABLE life AS
SELECT ticket, us, kind, before, after, actor, seq FROM events WHERE us <= $as_of;

-- What held after each change: the status, and who was assigned ('' for nobody).
CREATE TEMP TABLE states AS
SELECT ticket, us, s.*,
       CASE WHEN event = 'status' AND before IS DISTINCT FROM after THEN actor END AS mover,
       CASE WHEN event = 'assignee' THEN actor END AS assigner,
       nullif(assigned, '') AS assignee,
       row_number() OVER (PARTITION BY ticket ORDER BY us, seq) AS step
FROM (
    SELECT ticket, us, seq, kind AS event, before, after, actor,
           last_value(CASE WHEN kind = 'status' THEN after END IGNORE NULLS) OVER so_far AS now,
           last_value(CASE WHEN kind = 'assignee' THEN coalesce(after, '') END IGNORE NULLS) OVER so_far AS assigned
    FROM life WHERE kind IN ('status', 'assignee')
    WINDOW so_far AS (PARTITION BY ticket ORDER BY us, seq)
) JOIN stage_of s ON s.status = now;

-- Stays: only a change of stage begins another one. Each knows who moved the ticket in.
CREATE TEMP TABLE in_stays AS
SELECT *, first_value(mover) OVER (PARTITION BY ticket, stay ORDER BY step) AS moved_in
FROM (
    SELECT *, count(*) FILTER (begins) OVER (PARTITION BY ticket ORDER BY step) AS stay
    FROM (
        SELECT *, stage IS DISTINCT FROM lag(stage) OVER (PARTITION BY ticket ORDER BY step) AS begins
        FROM states
    )
);

-- The holder of work: who is assigned, else who moved it in; of what waits: whoever starts on it next.
CREATE TEMP TABLE held AS
SELECT h.*,
       CASE WHEN kind = 'work' THEN coalesce(p.team, h.team) ELSE coalesce(h.team, p.team) END AS of_team
FROM (
    SELECT *, CASE kind WHEN 'work' THEN own WHEN 'done' THEN NULL ELSE nullif(next_own, '') END AS holder
    FROM (
        SELECT *, coalesce(assignee, moved_in) AS own,
               first_value(CASE WHEN kind = 'work' AND begins THEN coalesce(assignee, moved_in, '') END IGNORE NULLS)
                   OVER (PARTITION BY ticket ORDER BY step ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next_own
        FROM in_stays
    )
) h LEFT JOIN team_of p ON p.person = h.holder;

-- Visits: a stay is cut where its holder or its team changes.
CREATE TEMP TABLE visits AS
SELECT *, row_number() OVER life_of - 1 AS n,
       lead(us) OVER life_of AS gone_on, coalesce(gone_on, $as_of) AS until
FROM (
    SELECT *, begins OR holder IS DISTINCT FROM lag(holder) OVER by_step
                     OR of_team IS DISTINCT FROM lag(of_team) OVER by_step AS cut
    FROM held WINDOW by_step AS (PARTITION BY ticket ORDER BY step)
) WHERE cut
WINDOW life_of AS (PARTITION BY ticket ORDER BY step);

-- Work begins at the entry, where the holder moved or assigned it, else at the holder's first touch.
CREATE TEMP TABLE started AS
SELECT v.*, coalesce(touched, us) AS work_start
FROM visits v LEFT JOIN (
    SELECT v.ticket, v.n, min(t.us) AS touched
    FROM visits v JOIN life t
      ON t.ticket = v.ticket AND t.actor = v.holder AND t.us >= v.us
     AND (t.us < v.gone_on OR v.gone_on IS NULL)
     AND t.kind IN ('comment', 'worklog', 'commit', 'review')
    WHERE v.kind = 'work'
      AND (CASE WHEN v.begins THEN v.mover ELSE v.assigner END) IS DISTINCT FROM v.holder
    GROUP BY ALL
) f ON f.ticket = v.ticket AND f.n = v.n;

-- Handoffs: between consecutive work visits, where person, team or discipline are known and differ. What was done
-- in between could be started from its last reopening.
CREATE TEMP TABLE handoffs AS
SELECT *, taken - given AS wait
FROM (
    SELECT w.ticket, lag(n) OVER work_of AS sender, n AS receiver,
           greatest(lag(until) OVER work_of, done_until) AS given, work_start AS taken,
           lag(stage) OVER work_of AS from_stage, stage AS to_stage,
           lag(holder) OVER work_of AS from_holder, holder AS to_holder,
           lag(of_team) OVER work_of AS from_team, of_team AS to_team,
           coalesce(from_holder <> to_holder, FALSE) AS person,
           coalesce(from_team <> to_team, FALSE) AS team,
           coalesce(lag(skill) OVER work_of <> skill, FALSE) AS discipline,
           position < lag(position) OVER work_of AS back
    FROM (
        SELECT * EXCLUDE (discipline, team), coalesce(discipline, team) AS skill,
               max(CASE WHEN kind = 'done' THEN until END) OVER (PARTITION BY ticket ORDER BY n) AS done_until
        FROM started
    ) w WHERE kind = 'work'
    WINDOW work_of AS (PARTITION BY ticket ORDER BY n)
) WHERE sender IS NOT NULL AND (person OR team OR discipline);

-- Waits: until work starts, or throughout where nobody works, but not beyond the finish for good.
CREATE TEMP TABLE waits AS
SELECT w.*, CASE WHEN w.finish <= h.taken THEN h.receiver END AS handoff
FROM (
    SELECT v.ticket, v.n, v.stage, v.holder, v.of_team AS team, v.us AS start,
           least(CASE WHEN kind = 'work' THEN work_start ELSE until END, coalesce(finished, $as_of)) AS finish
    FROM started v LEFT JOIN (
        SELECT ticket, min(us) AS finished
        FROM (
            SELECT ticket, us, n, kind,
                   max(CASE WHEN kind <> 'done' THEN n ELSE -1 END) OVER (PARTITION BY ticket) AS undone
            FROM started
        ) WHERE kind = 'done' AND n > undone GROUP BY ticket
    ) f ON f.ticket = v.ticket
) w ASOF LEFT JOIN handoffs h ON h.ticket = w.ticket AND h.given <= w.start
WHERE w.start < w.finish;

-- The network of teams, edge by edge.
CREATE TEMP TABLE edges AS
SELECT from_team, to_team, count(*) AS count, count(DISTINCT ticket) AS tickets, sum(back::INT) AS back,
       quantile_cont(wait / 1e6, 0.5) AS wait_median, quantile_cont(wait / 1e6, 0.85) AS wait_p85,
       sum(wait::HUGEINT) AS micros
FROM handoffs WHERE from_team IS NOT NULL AND to_team IS NOT NULL GROUP BY ALL;
