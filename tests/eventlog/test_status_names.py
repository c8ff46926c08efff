"""What the name of a status says, whatever the language of the tracker."""

import pytest

from vsm.eventlog.status_names import NameKind, kind_from_name

QUEUES = (
    "Bereit; Offen; Warten auf QS; Zu erledigen; Zur Freigabe; Ready for review; Waiting for QA; Ready "
    "for Test; Pending approval; To be deployed; Test queue; Product Backlog; QA Ready; Dev done; Code "
    "Complete; Review passed; To Test; Needs review; Reopened; Received; Selected for Development; À "
    "faire; En attente de revue; Prêt pour test; Por hacer; Listo para pruebas; Pendiente de revisión; "
    "Pronto para teste; A fazer; Aguardando revisão; Da fare; In attesa di revisione; Pronto per il "
    "test; Te doen; Klaar voor test; Wachten op review; Do zrobienia; Gotowe do testów; Oczekuje na "
    "przegląd; Väntar på granskning; Redo för test; Att göra; Klar för test; Čeká na testování; "
    "Připraveno k testování; Klar til test; Venter på review; Odottaa testausta; Ожидает проверки; "
    "Готово к тестированию; К выполнению; レビュー待ち; 未着手; 待测试; 待办; 검토 대기; 할 일; Awaiting deployment; "
    "Abierto; Nuevo; Ouvert; Aperto; Otwarte; Öppen; Otevřeno; In Warteschlange; Waiting for support; "
    "Deployed to staging; Ready To Merge; Test bestanden"
)
HELD_UP = (
    "On Hold; Blocked; Blockiert; Angehalten; Bloqué; En pause; Bloqueado; Em pausa; Bloccato; In "
    "sospeso; Geblokkeerd; Wstrzymane; Zablokowane; Blockerad; Pozastaveno; Blokeret; Estetty; "
    "Заблокировано; 保留; 暂停; 보류; Impediment; Dev - On Hold"
)
WORK = (
    "In Progress; In Arbeit; In Prüfung; In Bearbeitung; Doing; QA; Code Review; Peer review; In "
    "Review; Testing; Testen; Entwicklung; En cours; En revue; En développement; En curso; En progreso; "
    "En revisión; Em andamento; Em teste; In corso; In revisione; In behandeling; In review; Bezig; W "
    "toku; W trakcie testów; Pågår; Under granskning; Probíhá; Testování; V řešení; I gang; Pågår; "
    "Käynnissä; Testauksessa; На проверке; В работе; Тестирование; 進行中; レビュー中; 进行中; 开发中; 测试; 진행 중; In "
    "Test; Under review; In Analysis; Umsetzung; Im Test"
)
EXTERNAL = (
    "Waiting for customer; Wartet auf Kunden; En attente du client; Esperando al cliente; Aguardando "
    "cliente; In attesa del cliente; Wachten op klant; Oczekuje na klienta; Väntar på kund; Čeká na "
    "zákazníka; Needs information; Waiting for third party; 顧客待ち; 等待客户"
)
FINISHED = (
    "Done; Fertig; Closed; Resolved; Erledigt; Terminé; Hecho; Concluído; Fatto; Gereed; Gotowe; Klart; "
    "Hotovo; Færdig; Valmis; Готово; 完了; 已完成; 완료; Cancelled; Won't Do; Abgelehnt; Released; In "
    "Production"
)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (QUEUES, NameKind("queue")),
        (HELD_UP, NameKind("queue", blocked=True)),
        (WORK, NameKind("work")),
        (EXTERNAL, NameKind("external")),
        (FINISHED, NameKind("done")),
    ],
)
def test_names_in_many_languages(names: str, said: NameKind) -> None:
    """Each is one that real trackers, or their translations, use."""
    assert {name: kind_from_name(name) for name in names.split("; ")} == dict.fromkeys(
        names.split("; "), said
    )


def test_case_accents_and_punctuation_do_not_matter() -> None:
    """A name is its words."""
    assert kind_from_name("IN PRUEFUNG") is not None
    assert kind_from_name(" on-HOLD ") == kind_from_name("[On Hold]") == NameKind("queue", blocked=True)


def test_a_finished_step_waits_for_the_next_one() -> None:
    """Also one that the tracker files as in progress; nothing is done that the tracker says is not."""
    assert kind_from_name("Dev Complete") == kind_from_name("Verified - test done") == NameKind("queue")
    assert kind_from_name("Resolved") == NameKind("done")
    assert kind_from_name("Resolved", "work") == NameKind("queue")


def test_inflected_and_compound_words_are_known() -> None:
    """Languages that join and bend words have more forms than a list."""
    queues = "Testbereit; Wartend; Oczekująca na test; Čekající; Ожидают проверки; Väntande; Beklemede; Ждет"
    work = "Webentwicklung; Codeprüfung; W testowaniu; Ve vývoji; На разработке; Utvecklas; Geliştirmede"
    for names, said in ((queues, NameKind("queue")), (work, NameKind("work"))):
        assert {name: kind_from_name(name) for name in names.split("; ")} == dict.fromkeys(
            names.split("; "), said
        )


def test_words_within_words_mean_nothing() -> None:
    """A name of a person, a product or a place decides nothing."""
    assert [kind_from_name(name) for name in ("Openshift", "Newton", "Latest", "Stage 7", "")] == [None] * 5


@pytest.mark.parametrize(
    "names",
    [
        "Not blocked; No longer blocked; Not on hold; Not done; Not yet finished; Not released; Not in progress",
        "Nicht blockiert; Nicht mehr gesperrt; Nicht fertig; Noch nicht erledigt; Nicht im Test",
        "No bloqueado; No terminado; Non bloqué; N'est pas bloqué; Pas encore terminé; Non completato",
        "Não concluído; Niet klaar; Nie zrobione; Ej klar; Ikke ferdig; Ei valmis; Nem kész; Nu este gata",
        "Не готово; Не заблокировано; Δεν ολοκληρώθηκε; 未完了; 未完成; 没有完成; 미완료; Unresolved; Unerledigt",
    ],
)
def test_what_a_name_denies_says_nothing(names: str) -> None:
    """The tracker's category, or traces of work, decide then."""
    assert {kind_from_name(name) for name in names.split("; ")} == {None}


@pytest.mark.parametrize("name", ["Not started", "Not ready for test", "Nicht begonnen", "Noch nicht bereit"])
def test_what_has_not_begun_waits(name: str) -> None:
    """To deny that it is ready is to say that it waits."""
    assert kind_from_name(name) == NameKind("queue")
