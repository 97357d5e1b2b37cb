"""How robots begin their subjects and name themselves, per language: data only.

Lower case, compared with lower-case text. `ANSWERING` needs nothing else, so only beginnings that no person writes belong there;
`ABSENT` counts only together with other evidence.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    """Read one table: words parted by semicolons."""
    return tuple(word.strip() for word in text.split(";") if word.strip())


ANSWERING = _words("""
    automatic reply:; auto reply:; auto-reply:; autoreply:; autoreply from; automatic response:; auto response:; auto-response:;
    autoresponse:; out of office autoreply:; out of office auto-reply:; out of office reply:;
    automatische antwort:; automatische antwort auf; abwesenheitsnotiz:; abwesenheitsnachricht:; auto-antwort:;
    réponse automatique :; réponse automatique:; message d'absence :; respuesta automática:; resposta automática:;
    resposta automàtica:; risposta automatica:; automatisch antwoord:; automatisch antwoordbericht:; afwezigheidsbericht:;
    automatiskt svar:; autosvar:; automatisk svar:; automaattinen vastaus:; odpowiedź automatyczna:;
    automatyczna odpowiedź:; automatická odpověď:; automatická odpoveď:; автоматический ответ:; автоответ:;
    автоматична відповідь:; otomatik yanıt:; automatikus válasz:; αυτόματη απάντηση:; răspuns automat:; 自动回复:;
    自动回复：; 自動回覆:; 自動回覆：; 自動返信:; 自動返信：; 자동 회신:; 자동 회신：; מענה אוטומטי:; رد تلقائي:;
    trả lời tự động:; vacation reply:
""")
"""Subjects that only a program begins with."""

ABSENT = _words("""
    out of office; out of the office; away from my mail; away from the office; on vacation; on holiday; auto reply;
    automatic reply; abwesend; abwesenheit; nicht im büro; im urlaub; absent du bureau; absence du bureau; en congé;
    fuera de la oficina; fuori ufficio; assente; fora do escritório; ausente; afwezig; niet aanwezig; frånvaro;
    fraværende; poissa; poza biurem; nieobecn; mimo kancelář; вне офиса; отсутству; ofis dışında; nincs az irodában;
    不在办公室; 外出; 休假; 不在; 부재중
""")
"""Words of absence notices; people write them too."""

NO_REPLY = _words("""
    noreply; no-reply; no_reply; no.reply; donotreply; do-not-reply; do_not_reply; do.not.reply; dontreply; nao-responda;
    naoresponda; ne-pas-repondre; nepasrepondre; no-responder; noresponder; non-rispondere; nicht-antworten; keine-antwort;
    keineantwort; nobody; mailer-daemon; mailer_daemon; mailerdaemon; bounce; bounces; postmaster; autoresponder;
    auto-reply; autoreply
""")
"""Local parts, or beginnings of them before a sign, to which a robot must not write."""

CHALLENGES = _words("""
    x-boxtrapper; x-tmda-confirm; x-challenge-response; x-spamarrest; x-boxbe-challenge; x-bluebottle-request
""")
"""Header fields of systems that ask the sender to prove being a person."""
