import type { SignatureRow } from './signature.ts';

/**
 * The basic sentences in other languages of Latin letters: verb, what came before, instructions; and whose instructions
 * are to be shown. Folded like the text, so no capital escapes and no ranges of letters with accents in them.
 */
export const otherLatin: readonly SignatureRow[] = [
  [
    'override-de',
    0.75,
    '(?:ignorier(?:e|en sie|t)?|vergiss|vergessen sie|missachte|verwirf|übergeh(?:e)?|beachte nicht|umgehe)\\b[^.!?\\n]{0,40}\\b(?:(?:vorherig|bisherig|obig|vorangegangen|vorangehend|früher|deine|ursprünglich|system)[a-z]*\\b[^.!?\\n]{0,30}|(?:alle|sämtlich)[a-z]{0,2} )(?:anweisung|instruktion|regel|befehl|vorgabe|prompt|richtlinie|einschränkung)',
  ],
  [
    'override-fr',
    0.75,
    '(?:ignore[zrs]?|oublie[zrs]?|ne (?:tiens|tenez) pas compte|faites abstraction|n.?écoute[zs]? plus|contourne[zrs]?|fais abstraction)\\b[^.!?\\n]{0,40}\\b(?:instructions?|consignes?|règles?|directives?|ordres|prompt|restrictions?)\\b[^.!?\\n]{0,30}(?:précédent|antérieur|ci.?dessus|système|initial|reçu|avant|sécurité)',
  ],
  [
    'override-es',
    0.75,
    '(?:ignora[rd]?|ignore|olvida(?:r|te)?|olvide|descarta|haz caso omiso|no sigas|desobedece|omite|omitir)\\b[^.!?\\n]{0,40}\\b(?:instrucciones|reglas|órdenes|indicaciones|directrices|normas|prompt|restricciones)\\b[^.!?\\n]{0,30}(?:anterior|previa|previo|sistema|arriba|inicial|antes|recibid|original|seguridad)',
  ],
  [
    'override-es-order',
    0.75,
    '(?:ignora|ignore|olvida|olvide|descarta)\\b[^.!?\\n]{0,30}\\b(?:anterior(?:es)?|previas|tus|sus|todas las)\\b[^.!?\\n]{0,20}(?:instrucciones|reglas|directrices|restricciones)',
  ],
  [
    'override-pt',
    0.75,
    '(?:ignor[ae](?:r|m)?|esque[cç]a(?:r|m)?|desconsidere|descarte|não siga|desobedeça)\\b[^.!?\\n]{0,40}\\b(?:instruções|regras|ordens|diretrizes|orientações|comandos|prompt|restrições)\\b[^.!?\\n]{0,30}(?:anterior|prévia|sistema|acima|inicia|antes|recebid|original|segurança)',
  ],
  [
    'override-it',
    0.75,
    '(?:ignora(?:re|te)?|ignori|dimentica(?:re|te)?|trascura|non (?:seguire|rispettare)|scarta|annulla|aggira)\\b[^.!?\\n]{0,40}\\b(?:istruzioni|regole|ordini|direttive|indicazioni|prompt|restrizioni|comandi)\\b[^.!?\\n]{0,30}(?:precedent|sopra|sistema|inizial|prima|ricevut|original|sicurezza)',
  ],
  [
    'override-it-order',
    0.75,
    '(?:ignora|dimentica|trascura)\\b[^.!?\\n]{0,30}\\b(?:precedenti|tutte le tue|le tue)\\b[^.!?\\n]{0,20}(?:istruzioni|regole|direttive|restrizioni)',
  ],
  [
    'override-nl',
    0.75,
    '(?:negeer|vergeet|sla over)\\b[^.!?\\n]{0,40}\\b(?:(?:vorige|eerdere|voorgaande|bovenstaande|alle|je|systeem)\\b[^.!?\\n]{0,30}(?:instructies|opdrachten|richtlijnen|prompt)|(?:je|jouw) (?:eigen )?(?:regels|beperkingen)|alle (?:vorige|eerdere|voorgaande) regels)',
  ],
  [
    'extract-de',
    0.7,
    '(?:zeig|gib|nenn|verrat|wiederhol|druck|schreib|wie lautet|was steht in|offenbar)[a-z]*\\b[^.!?\\n]{0,40}\\b(?:dein|deinen|deine|ihr|ihren|den|die)\\b[^.!?\\n]{0,20}(?:system.?prompt|systemanweisung|ursprüngliche[nr]? anweisung|versteckte[nr]? anweisung|systemnachricht)',
  ],
  [
    'extract-fr',
    0.7,
    '(?:montre|affiche|révèle|répète|donne|dis|écris|quel(?:les?)? (?:est|sont))[a-z-]*\\b[^.!?\\n]{0,30}\\b(?:ton|tes|votre|vos|le|les)\\b[^.!?\\n]{0,20}(?:prompt système|prompt initial|instructions (?:système|initiales|cachées|secrètes)|message système)',
  ],
  [
    'extract-es',
    0.7,
    '(?:muestra|muéstrame|revela|repite|dime|imprime|escribe|cuál es|cuáles son)[a-z]*\\b[^.!?\\n]{0,30}\\b(?:tu|tus|su|sus|el|las)\\b[^.!?\\n]{0,20}(?:prompt (?:del? )?sistema|prompt inicial|instrucciones (?:del sistema|iniciales|ocultas|secretas)|mensaje del sistema)',
  ],
  [
    'extract-pt',
    0.7,
    '(?:mostre|revele|repita|diga|imprima|escreva|qual é|quais são)[a-z-]*\\b[^.!?\\n]{0,30}\\b(?:seu|sua|suas|teu|o|as)\\b[^.!?\\n]{0,20}(?:prompt (?:do |de )?sistema|prompt inicial|instruções (?:do sistema|iniciais|ocultas|secretas))',
  ],
  [
    'extract-it',
    0.7,
    '(?:mostra|rivela|ripeti|dimmi|stampa|scrivi|qual è|quali sono)[a-z]*\\b[^.!?\\n]{0,30}\\b(?:tuo|tue|il|le)\\b[^.!?\\n]{0,20}(?:prompt (?:di )?sistema|prompt iniziale|istruzioni (?:di sistema|iniziali|nascoste|segrete))',
  ],
  [
    'unbound-eu',
    0.62,
    '\\b(?:du bist|agiere|verhalte dich|tu so|tu es|vous êtes|agis comme|comporte-toi|eres|actúa como|você é|aja como|tu sei|comportati|fingi|je bent|gedraag je)\\b[^.!?\\n]{0,30}\\b(?:dan|ki|ai|ia|modell[a-z]{0,2}|modèle|modelo|assistente?n?|asistente|chatbot)\\b[^.!?\\n]{0,40}\\b(?:ohne (?:jegliche |jede )?(?:einschränkung|regel|filter|zensur|beschränkung)|sans (?:aucune? )?(?:restriction|filtre|limite|règle|censure)|sin (?:ninguna? )?(?:restriccion|filtro|límite|regla|censura)|sem (?:nenhuma? )?(?:restriç|filtro|limite|regra|censura)|senza (?:alcuna? )?(?:restrizion|filtri|limiti|regole|censura)|zonder (?:enige )?(?:beperking|filter|regels|censuur))',
  ],
  [
    'extract-nl',
    0.7,
    '(?:toon|laat|geef|herhaal|onthul|vertel|wat is|wat zijn)\\b[^.!?\\n]{0,30}\\b(?:je|jouw|uw)\\b[^.!?\\n]{0,16}(?:systeem.?prompt|systeeminstructies|verborgen instructies|oorspronkelijke instructies|systeembericht)',
  ],
  [
    'override-pl',
    0.75,
    '\\b(?:zignoruj(?:cie)?|ignoruj(?:cie)?|proszę z?ignorować|pomiń(?:cie)?|zapomnij(?:cie)?|nie (?:przestrzegaj|stosuj się|słuchaj)|odrzuć(?:cie)?|porzuć|lekceważ|obejdź)\\b[^.!?\\n]{0,30}\\b(?:(?:poprzedni|wcześniejsz|dotychczasow|powyższ|swo|two|systemow|początkow)[a-z]{1,4}\\b[^.!?\\n]{0,30}\\b(?:instrukcj|poleceni|poleceń|zasad|reguł|wytyczn|ogranicze|wskazów|prompt)|(?:wszystki|wszelki)(?:e|ch|mi) (?:instrukcj|polece|wytyczn|prompt))',
  ],
  [
    'extract-pl',
    0.7,
    '\\b(?:pokaż|wyświetl|ujawnij|powtórz|podaj|wypisz|zdradź|przytocz|jaki jest|jakie są)[a-z]{0,4}\\b[^.!?\\n]{0,30}\\b(?:swój|swoje|twój|twoje)\\b[^.!?\\n]{0,20}\\b(?:prompt systemowy|systemowy prompt|prompt początkowy|instrukcje (?:systemowe|początkowe|ukryte)|(?:ukryte|początkowe|tajne) instrukcje|komunikat systemowy)',
  ],
  [
    'unbound-pl',
    0.62,
    '\\b(?:jesteś|udawaj|zachowuj się|odpowiadaj|działaj)\\b[^.!?\\n]{0,24}\\b(?:dan|ai|sztuczn[a-z]{1,3} inteligencj[a-z]{1,3}|model[a-z]{0,3}|asystent[a-z]{0,3}|chatbot[a-z]{0,3})\\b[^.!?\\n]{0,40}\\bbez (?:żadnych |jakichkolwiek )?(?:ograniczeń|zasad|filtrów|cenzury|reguł)',
  ],
  [
    'override-tr',
    0.75,
    '\\b(?:(?:önceki|yukarıdaki|şimdiye kadarki|sana verilen|mevcut|sistem)\\b[^.!?\\n]{0,40}\\b(?:talimat|kural|yönerge|komut|istem|kısıtlama|sınırlama|prompt)|(?:tüm|bütün) (?:talimat|yönerge|istem|prompt))[a-z]{0,10}[^.!?\\n]{0,20}\\b(?:yok ?say|görmezden gel|dikkate alma|unut|göz ardı e[td]|boş ver|uyma|takip etme|geçersiz say)(?:in|un|iniz|unuz|yin|yiniz)?\\b',
  ],
  [
    'extract-tr',
    0.7,
    '\\b(?:sistem (?:istem|prompt|talimat|komut)[^ .!?\\n]{0,10}|(?:gizli|ilk|başlangıç) talimat[^ .!?\\n]{0,10})[^.!?\\n]{0,24}\\b(?:göster|söyle|tekrarla|paylaş|yazdır|ifşa et|listele)(?:in|yin|ir misin)?\\b',
  ],
  [
    'unbound-tr',
    0.62,
    '\\b(?:sınırsız|kısıtlamasız|kuralsız|filtresiz|sansürsüz|hiçbir (?:kural|kısıtlama|sınırlama|filtre)[a-z]{0,4}(?: olmayan| tanımayan)?)\\b[^.!?\\n]{0,24}\\b(?:yapay zeka|dan\\b|asistan|model|bot)[^.!?\\n]{0,12}(?:sın\\b|sin\\b|gibi (?:davran|cevap|yanıt)|olarak (?:davran|cevap|yanıt))',
  ],
  [
    'override-vi',
    0.75,
    '\\b(?:bỏ qua|phớt lờ|(?<!(?:đừng|không) )quên|lờ đi|đừng (?:tuân theo|làm theo)|không tuân theo)\\b[^.!?\\n]{0,30}\\b(?:hướng dẫn|chỉ thị|chỉ dẫn|quy tắc|lời nhắc|prompt)\\b[^.!?\\n]{0,20}\\b(?:trước|ở trên|bên trên|ban đầu|hệ thống)\\b',
  ],
  [
    'extract-vi',
    0.7,
    '\\b(?:hiển thị|cho (?:tôi|mình) (?:xem|biết)|tiết lộ|lặp lại|in ra|nói cho)\\b[^.!?\\n]{0,30}\\b(?:lời nhắc hệ thống|prompt hệ thống|system prompt|chỉ thị hệ thống|hướng dẫn (?:hệ thống|ban đầu|ẩn|bí mật))\\b[^.!?\\n]{0,12}\\bcủa bạn\\b',
  ],
  [
    'override-id',
    0.75,
    '\\b(?:abaikan(?:lah)?|lupakan(?:lah)?|jangan (?:ikuti|hiraukan|patuhi)|kesampingkan)\\b[^.!?\\n]{0,30}\\b(?:instruksi|perintah|aturan|arahan|pedoman|petunjuk|prompt|batasan)(?:-[a-z]{4,12})?\\b[^.!?\\n]{0,20}\\b(?:sebelumnya|di atas|sebelum ini|awal(?:mu|nya)?|sistem|asli(?:mu)?)\\b',
  ],
  [
    'extract-id',
    0.7,
    '\\b(?:tampilkan|tunjukkan|beri ?tahu|ungkapkan|ulangi|cetak|sebutkan)\\b[^.!?\\n]{0,30}\\b(?:prompt sistem|instruksi (?:sistem|awal|rahasia|tersembunyi)|perintah sistem|system prompt|pesan sistem)(?:mu| anda| kamu|-mu)\\b',
  ],
];
