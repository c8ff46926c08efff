"""Deployments that somebody recorded become DEPLOYS: those that reached their environment."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import pandas as pd

from vsm.counts import counted
from vsm.eventlog.fields import instants
from vsm.eventlog.log import Log, QualityNote, quality_from_notes
from vsm.tables import DEPLOYS, conform

NOT_REACHED: Final = "not reached"
OUTCOMES: Final[Mapping[str, str]] = {
    word: outcome
    for outcome, words in {
        "success": (
            "success succeeded successful successfully succeededwithissues partiallysucceeded ok okay passed "
            "pass green done active deployed live healthy synced erfolg erfolgreich réussi réussie succès "
            "éxito exitoso exitosa completado sucesso concluído riuscito gelukt geslaagd sukces lyckades "
            "успешно 成功"
        ),
        "failure": (
            "failure failed fail failing error errored terminal timedout timeout unhealthy degraded red "
            "rolledback rollback rollingback reverted fehler fehlgeschlagen gescheitert zurückgerollt échec "
            "échoué échouée fallido fallida fallo error falhou falha fallito mislukt niepowodzenie "
            "misslyckades ошибка неудачно 失敗 失败"
        ),
        NOT_REACHED: (
            "pending queued waiting waitingforresource waitingforapproval inprogress running executing "
            "progressing created preparing building initializing inprocess started starting scheduled "
            "manual blocked delayed postponed paused suspended planned requested open notstarted notdeployed "
            "notbuilt undeployed startupfailure actionrequired rejected declined canceled cancelled "
            "canceling cancelling aborted abandoned stopped terminated superseded skipped ignored inactive "
            "destroyed stale none "
            "ausstehend wartend wartet geplant läuft laufend gestartet eingereiht abgebrochen abgelehnt "
            "übersprungen inaktiv enattente encours planifié annulé annulée ignoré ignorée inactif pendiente "
            "encurso enejecución programado cancelado cancelada omitido omitida inactivo pendente "
            "emandamento inattesa incorso annullato saltato lopend inbehandeling gepland geannuleerd "
            "overgeslagen oczekuje wtrakcie anulowano pominięto väntar pågår avbruten ожидание выполняется "
            "отменено пропущено 保留中 実行中 キャンセル スキップ 等待中 进行中 已取消 已跳过"
        ),
    }.items()
    for word in words.split()
}  # fmt: skip
"""What hosts, tools and people write for the outcome, as ``plain_word`` makes it.

The states of GitHub (deployments and Actions), GitLab, Jira, Azure DevOps, Bitbucket, Jenkins, Spinnaker,
Argo CD and Octopus, and words in several languages. ``inactive`` says no more than that a deployment is there
no longer: not when it got there, nor whether it did.
"""


def plain_word(word: object) -> str:
    """Give the letters of a word alone, in small: hosts write one state in many ways.

    Examples
    --------
    >>> [plain_word(word) for word in ("IN_PROGRESS", "inProgress", "In progress", None)]
    ['inprogress', 'inprogress', 'inprogress', '']
    """
    return "".join(sign for sign in str(word or "").casefold() if sign.isalpha())


def log_from_deployments(documents: Iterable[Mapping[str, Any]], *, source: str) -> Log:
    """Give the log of a deployments file.

    Parameters
    ----------
    documents
        As ``vsm.sources.deployments_file`` reads them.
    source
        Such as ``deployments:shop``.

    Returns
    -------
    Log
        DEPLOYS by time: those that reached their environment, well or badly. What is still under way, or was
        canceled, skipped or rejected, is left out and noted. An outcome that is no word of ``OUTCOMES`` is
        ``unknown``, and noted.

    Examples
    --------
    >>> row = {"deploy": "2", "at": "2026-01-05T09:00:00Z", "environment": "production", "outcome": "OK"}
    >>> log = log_from_deployments([row | {"commit": None, "repository": None}], source="deployments:shop")
    >>> log.deploys["outcome"].astype("str").tolist()
    ['success']
    """
    bodies = list(documents)
    words = pd.Series([str(body["outcome"] or "").strip().casefold() for body in bodies], dtype="str")
    rows = pd.DataFrame(bodies, columns=["deploy", "at", "environment", "repository", "commit", "component"])
    rows["at"] = instants(list(rows["at"]))
    rows["commit"] = rows["commit"].astype("str").str.lower()
    rows["outcome"] = [OUTCOMES.get(plain_word(word), "unknown") for word in words]
    there = rows["outcome"] != NOT_REACHED
    notes = []
    if not there.all():
        counts = words[~there].value_counts()
        states = ", ".join(f"{count} '{word}'" for word, count in counts.items())
        detail = (
            f"left out: {len(words[~there])} of {counted(len(rows), 'deployment')}, whose outcomes say that "
            f"the environment was not reached, or that nothing is there any longer: {states}"
        )
        notes.append(QualityNote("deployments not counted", "note", detail, source))
    unknown = words[(rows["outcome"] == "unknown") & (words != "")].value_counts().sort_index()
    detail = "outcome '{}' of {} is taken as unknown; write success or failure"
    notes += [
        QualityNote("unknown outcome", "warning", detail.format(word, counted(count, "deployment")), source)
        for word, count in unknown.items()
    ]
    if updates := [body["updates"] for body in bodies if body.get("updates")]:
        detail = (
            f"{sum(updates)} rows are taken for updates of {counted(len(updates), 'deployment')}, since they "
            "share id and environment; the last of each counts"
        )
        notes.append(QualityNote("updates of deployments", "note", detail, source))
    rows = rows[there].assign(source=source).sort_values(["at", "deploy"], ignore_index=True)
    return Log(deploys=conform(rows, DEPLOYS), quality=quality_from_notes(notes))
