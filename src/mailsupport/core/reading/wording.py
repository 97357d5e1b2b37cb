"""Which words mail programs put around a quote, per language: data only.

Everything here is lower case and is compared with lower-case text. To teach the reader a new language, add its words to the
tables; the code that reads them (`core.reading.attribution`, `core.reading.signature`) needs no change. A word added here can
only cut more text away, so add what programs write, not what people may write.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    """Read one table: words parted by semicolons."""
    return tuple(word.strip() for word in text.split(";") if word.strip())


OWN_LEADS = _words("""
    your reply to this mail goes to; your reply to this mail stays; this mail names no sender; a reply to this mail stays;
    to answer a customer, reply to; nothing was sent and nothing was; any reply to this mail acknowledges; nothing more to do;
    your mail was not sent; done. a reply to this; here is what you asked for; ihre antwort auf diese mail geht;
    ihre antwort auf diese mail bleibt; diese mail nennt keinen absender; eine antwort auf diese mail bleibt;
    einem kunden antworten sie auf; es wurde nichts gesendet; jede antwort auf diese mail bestätigt; es ist nichts mehr zu tun;
    für diese ist nichts mehr zu tun
""")
"""How the first sentence of our own mails to staff and contacts begins; our marker ends it, lines below where it was wrapped."""

WROTE = _words("""
    wrote; writes; schrieb; folgendes geschrieben; schreef; het volgende geschreven; a écrit; écrit; escribió; ha escrit;
    va escriure; ha scritto; escreveu; skrev; kirjoitti; napisał; napisał(a); napisała; pisze; napsal; napsal(a); napísal;
    napísal(a); пишет; написал; написал(а); написала; пише; написав; написа; yazdı; şunları yazdı; έγραψε; írta;
    ezt írta; a scris; đã viết; đã viết vào; כתב; כתבה; כתב/ה; كتب; نوشت; je napisao; je napisal; napisao je;
    je napísal; rašė; rakstīja; kirjutas; menulis; เขียนว่า; tulis; skrifaði; idatzi du
""")
"""The verb of an attribution line ("On Monday Anna wrote:"), for scripts that part words by spaces."""

WROTE_INSIDE = _words("""
    写道; 寫道; 寫到; 写到; のメッセージ; より:; より：; さんは書きました; 書きました; 작성함; 작성하였습니다; 작성:;
    님이 씀
""")
"""The same for scripts that do not."""

OPENERS = _words("""
    on; at; in message; am; le; el; il; il giorno; em; a; op; den; dnia; w dniu; dne; dňa; la; în; vào; на; в; -; ב;
    στις; pada; på; ti; ma; ke; to; pe; su
""")
"""How an attribution line may begin before its date."""

MYSELF = _words("""
    i wrote; ich schrieb; schrieb ich; j'ai écrit; we wrote; wir schrieben; schreef ik; skrev jag; skrev jeg
""")
"""An author speaking of an own earlier mail: never an attribution by a program."""

FROM, SENT, DATE, TO, CC, SUBJECT, OTHER = "from", "sent", "date", "to", "cc", "subject", "other"

_LABELS: dict[str, tuple[str, ...]] = {
    FROM: _words("""
        from; von; de; da; van; från; fra; lähettäjä; od; от; от кого; від; gönderen; kimden; feladó; από; de la;
        expéditeur; remitente; mittente; 发件人; 寄件者; 寄件人; 差出人; 送信者; 보낸 사람; 보낸사람; from address;
        מאת; من; từ; saatja; nuo; pošiljatelj; šalje; absender; afsender; odesílatel; odosielateľ
    """),
    SENT: _words("""
        sent; gesendet; envoyé; envoyé le; enviado; enviado el; enviada; enviada em; enviado em; inviato; verzonden;
        skickat; sendt; lähetetty; wysłano; wysłane; odesláno; odoslané; отправлено; надіслано; gönderme tarihi;
        gönderildi; elküldve; στάλθηκε; trimis; 发送时间; 傳送時間; 寄件日期; 送信日時; 보낸 날짜; נשלח; تاريخ الإرسال;
        đã gửi; saadetud; nosūtīts; išsiųsta; poslano; send date; sent at; sent on
    """),
    DATE: _words("""
        date; datum; fecha; data; dato; päivämäärä; päiväys; дата; tarih; dátum; ημερομηνία; 日期; 時間; 日付; 日時;
        날짜; message du; message from; תאריך; التاريخ; ngày; datums; kuupäev
    """),
    TO: _words("""
        to; an; à; a; para; aan; till; til; vastaanottaja; do; komu; кому; alıcı; kime; címzett; προς; către; 收件人;
        收件者; 宛先; 받는 사람; 받는사람; destinataire; destinatario; empfänger; modtager; אל; إلى; đến; adresat;
        saaja; kam
    """),
    CC: _words("""
        cc; kopie; kopie (cc); copie; copie à; copia; kopia; kopi; kopio; dw; копия; копія; bilgi; másolatot kap; κοιν;
        抄送; 副本; 참조; c.c; bcc; con copia
    """),
    SUBJECT: _words("""
        subject; betreff; objet; sujet; asunto; assunto; oggetto; onderwerp; ämne; emne; aihe; temat; předmět; predmet;
        тема; konu; tárgy; θέμα; subiect; 主题; 主題; 主旨; 件名; 제목; assumpte; נושא; الموضوع; chủ đề; tēma; tema;
        teema
    """),
    OTHER: _words("""
        reply-to; reply to; antwort an; répondre à; risposta; rispondi a; responder a; importance; priorität;
        wichtigkeit; attachments; anlagen; anhänge; pièces jointes; allegati; bijlagen; vedhæftede filer; organisation;
        organization; message-id; resent-from; sender; priority; importancia; datei; вложения; 附件; 添付ファイル;
        첨부
    """),
}
LABELS: dict[str, str] = {word: role for role, words in _LABELS.items() for word in words}
"""Label of a quoted header line -> what it holds; the header block of Outlook and its likes."""

ORIGINAL = frozenset(
    _words("""
    original message; original; original-nachricht; originalnachricht; ursprüngliche nachricht; original mail; original e-mail;
    original email; message d'origine; message d’origine; message original; mensaje original; mail original;
    e-mail original; courriel original; correo original; mensagem original; messaggio originario;
    messaggio originale; oorspronkelijk bericht; origineel bericht; ursprungligt meddelande; originalmeddelande;
    oprindelig meddelelse; original meddelelse; opprinnelig melding; alkuperäinen viesti; wiadomość oryginalna;
    oryginalna wiadomość; původní zpráva; pôvodná správa; исходное сообщение; оригинальное сообщение;
    пересылаемое сообщение; вихідне повідомлення; özgün ileti; orijinal mesaj; eredeti üzenet; αρχικό μήνυμα;
    mesaj original; 原始邮件; 原始郵件; 邮件原件; 元のメッセージ; オリジナルメッセージ; 원본 메시지; 원본 메세지;
    원래 메시지; הודעה מקורית; الرسالة الأصلية; thư gốc; reply message; antwort nachricht; reply above this line;
    originalna poruka; izvirno sporočilo; in reply to
""")
)
"""Between dashes, alone on a line: what follows is the mail answered to."""

FORWARDED = frozenset(
    _words("""
    forwarded message; begin forwarded message; weitergeleitete nachricht; anfang der weitergeleiteten nachricht;
    message transféré; début du message transféré; début du message réexpédié; mensaje reenviado;
    inicio del mensaje reenviado; mensagem encaminhada; início da mensagem reencaminhada; messaggio inoltrato;
    inizio messaggio inoltrato; doorgestuurd bericht; begin doorgestuurd bericht; vidarebefordrat meddelande;
    vidarebefordrat brev; videresendt meddelelse; videresendt melding; start på videresendt besked; välitetty viesti;
    välitetty viesti alkaa; przekazana wiadomość; treść przekazanej wiadomości; přeposlaná zpráva; preposlaná správa;
    пересланное сообщение; начало переадресованного сообщения; переслане повідомлення; yönlendirilen ileti;
    iletilmiş mesaj; továbbított üzenet; továbbított levél kezdete; προωθημένο μήνυμα; mesaj redirecționat; 转发的邮件;
    转发邮件; 轉寄郵件; 轉寄的郵件; 転送されたメッセージ; 転送メッセージ; 전달된 메시지; 전달된 메일; הודעה שהועברה;
    رسالة معاد توجيهها; missatge reenviat; forwarded mail; forwarded by; weitergeleitet von
""")
)
"""Alone on a line, between dashes or before a colon: what follows was forwarded, and is what the author wants read."""

DEVICES = _words("""
    iphone; ipad; ipod; android; blackberry; samsung; galaxy; huawei; xiaomi; htc; nokia; lumia; pixel; oneplus;
    sony xperia; alcatel; mobile; mobil; móvil; celular; téléphone; telefon; handy; smartphone; cell; phone; tablet;
    outlook; mailbox; mail; windows; yahoo; gmail; airmail; typeapp; sparrow; proton; thunderbird; aquamail; spark;
    k-9; bluemail; newton; acompli; nine; superhuman; canary; em client; hey; fairemail; gmx; web.de; ti-85; mac;
    verizon; t-mobile; vodafone; workspace one
""")

TAIL_OPENERS = _words("""
    sent from; sent via; sent with; sent by; sent using; gesendet von; gesendet mit; gesendet aus; von meinem;
    diese nachricht wurde von; envoyé de; envoyé depuis; envoyé à partir de; envoyé avec; envoyé par; enviado desde;
    enviado con; enviado do; enviado de; enviado a partir; enviado pelo; enviat des; inviato da; inviato dal;
    inviato con; inviato tramite; verzonden met; verzonden vanaf; verzonden via; verstuurd vanaf; verstuurd met;
    skickat från; skickades från; sendt fra; sendt med; sendt via; lähetetty; wysłano z; wysłane z; wysłano;
    odesláno z; odoslané z; odeslané z; отправлено с; отправлено из; відправлено з; надіслано з; trimis de pe;
    στάλθηκε από; elküldve; küldve; dikirim dari; gửi từ; 発信; 发自; 來自; 发送自; 傳送自; 從我的
""")
"""Beginnings of the line a phone or program adds under a mail; the line must also name a device or be one of `TAIL_SURE`."""

TAIL_SURE = _words("""
    sent from my; sent on the move; get outlook for; get [outlook for; outlook für android; outlook für ios;
    télécharger outlook; obtenir outlook pour; obtener outlook para; obter o outlook; scarica outlook; ottieni outlook;
    download outlook; holen sie sich outlook; laden sie outlook; hämta outlook; hent outlook; pobierz outlook;
    envoyé de mon; envoyé depuis mon; enviado desde mi; enviado do meu; enviado de meu; inviato dal mio;
    verstuurd vanaf mijn; verzonden vanaf mijn; skickat från min; sendt fra min; отправлено с моего; 发自我的;
    來自我的; 从我的; 從我的; 内 iphone; 내 iphone; via mobile
""")

TAIL_ENDINGS = _words("""
    から送信; に送信; 에서 보냄; 傳送; gönderildi; gesendet.; gesendet; von unterwegs
""")
"""Endings of such lines in languages that put the verb last; a device must be named."""

SIGN_OFFS = _words("""
    regards; best regards; kind regards; warm regards; with kind regards; with best regards; many regards; best wishes;
    yours sincerely; sincerely; sincerely yours; yours faithfully; yours truly; cordially; br; rgds; cheers;
    kindest regards; warmest regards; all the best; mit freundlichen grüßen; mit freundlichen grüssen;
    mit freundlichem gruß; mit freundlichem gruss; mit besten grüßen; mit besten grüssen; mit lieben grüßen;
    mit herzlichen grüßen; freundliche grüße; freundliche grüsse; freundlicher gruß; beste grüße; beste grüsse;
    viele grüße; viele grüsse; liebe grüße; liebe grüsse; herzliche grüße; schöne grüße; grüße; grüsse; gruß; gruss;
    lg; vg; mfg; mit freundlichen gruessen; hochachtungsvoll; cordialement; bien cordialement; bien à vous;
    salutations; meilleures salutations; sincères salutations; saludos; un saludo; saludos cordiales;
    cordiales saludos; atentamente; un cordial saludo; cordiali saluti; distinti saluti; saluti; un saluto;
    atenciosamente; cumprimentos; com os melhores cumprimentos; met vriendelijke groet; met vriendelijke groeten;
    vriendelijke groet; vriendelijke groeten; groeten; groet; mvg; med vänlig hälsning; med vänliga hälsningar;
    vänliga hälsningar; hälsningar; mvh; med venlig hilsen; venlig hilsen; med vennlig hilsen; vennlig hilsen; hilsen;
    vh; ystävällisin terveisin; terveisin; pozdrawiam; z poważaniem; z powazaniem; z wyrazami szacunku; s pozdravem;
    s pozdravom; с уважением; з повагою; saygılarımla; iyi çalışmalar; üdvözlettel; με εκτίμηση; cu stimă; atentament;
    salutacions; pozdrav; lep pozdrav; 此致; 敬礼; 敬具; 감사합니다 드림
""")
"""Alone on a line: a name follows and the mail is over. Thanks are no sign-off: they are words to somebody."""

GREETINGS = _words("""
    hi; hello; hey; dear; good morning; good afternoon; hallo; guten tag; guten morgen; sehr geehrte; sehr geehrter;
    liebe; lieber; moin; servus; bonjour; salut; hola; buenos días; ciao; buongiorno; olá; bom dia; goedemorgen; beste;
    geachte; hej; hei; god dag; cześć; dzień dobry; dobrý den; ahoj; здравствуйте; привет; добрый день; merhaba
""")
