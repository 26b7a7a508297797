import type { SignatureRow } from './signature.ts';

/**
 * The basic sentence in other languages: verb, what came before, instructions. Folded like the text, so no capital escapes
 * and no ranges of letters in them.
 */
export const otherLanguages: readonly SignatureRow[] = [
  [
    'override-de',
    0.75,
    '(?:ignorier(?:e|en sie|t)?|vergiss|vergessen sie|missachte|verwirf|übergeh(?:e)?|beachte nicht|umgehe)\\b[^.!?\\n]{0,40}\\b(?:vorherig|bisherig|obig|vorangegangen|vorangehend|früher|alle|sämtlich|deine|ursprünglich|system)[a-z]*\\b[^.!?\\n]{0,30}(?:anweisung|instruktion|regel|befehl|vorgabe|prompt|richtlinie|einschränkung)',
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
    '(?:negeer|vergeet|sla over)\\b[^.!?\\n]{0,40}\\b(?:vorige|eerdere|voorgaande|bovenstaande|alle|je|systeem)\\b[^.!?\\n]{0,30}(?:instructies|regels|opdrachten|richtlijnen|prompt)',
  ],
  [
    'override-ru',
    0.75,
    '(?:игнорируй|игнорируйте|проигнорируй|забудь|забудьте|не следуй|не обращай внимания на|отбрось|пренебреги|отмени)[^.!?\\n]{0,40}(?:предыдущ|прошл|выше|ранее|систем|все|всё|свои|твои|прежни|изначальн)[^.!?\\n]{0,30}(?:инструкц|указан|правил|команд|промпт|ограничен|сообщен)',
  ],
  [
    'override-ru-order',
    0.75,
    '(?:игнорируй|игнорируйте|проигнорируй|забудь|забудьте)[^.!?\\n]{0,20}(?:инструкц|указан|правил|команд|промпт)[^.!?\\n]{0,30}(?:выше|ранее|до этого|систем)',
  ],
  [
    'override-zh',
    0.75,
    '(?:忽略|无视|無視|忘记|忘記|忘掉|不要理会|不要遵守|不要遵循|绕过|抛弃|忽視|忽视)[^。！？\\n]{0,12}(?:之前|以前|上面|上述|以上|先前|前面|所有|全部|系统|系統|原来|你的|此前)[^。！？\\n]{0,10}(?:指令|指示|提示|规则|規則|命令|要求|设定|設定|限制|说明|内容)',
  ],
  [
    'override-ja',
    0.75,
    '(?:これまで|以前|上記|前|今まで|全て|すべて|先ほど|システム|元)の?[^。！？\\n]{0,10}(?:指示|命令|プロンプト|ルール|規則|制約|設定|インストラクション)[^。！？\\n]{0,12}(?:無視|忘れ|破棄|取り消|従わな)',
  ],
  [
    'override-ko',
    0.75,
    '(?:이전|위의|앞의|모든|기존|시스템)[^.!?\\n]{0,12}(?:지시|명령|프롬프트|규칙|지침|설정)[^.!?\\n]{0,10}(?:무시|잊어|따르지)',
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
    'extract-ru',
    0.7,
    '(?:покажи|выведи|раскрой|повтори|напечатай|скажи|напиши|какой у тебя|какие у тебя)[^.!?\\n]{0,40}(?:системн(?:ый|ые|ого|ую) (?:промпт|инструкц|подсказк|сообщен)|скрыт(?:ые|ую) инструкц|начальн(?:ый|ые) (?:промпт|инструкц))',
  ],
  [
    'extract-zh',
    0.7,
    '(?:显示|告诉我|输出|打印|重复|透露|泄露|展示|说出|複述|复述|給我|给我)[^。！？\\n]{0,10}(?:你的|你|系统|系統|初始|完整)[^。！？\\n]{0,6}(?:系统提示|系統提示|提示词|提示詞|初始指令|隐藏指令|内部指令|system prompt)',
  ],
  [
    'extract-ja',
    0.7,
    '(?:あなたの|君の|システム|最初の|内部の|隠された)[^。！？\\n]{0,6}(?:プロンプト|指示|命令)[^。！？\\n]{0,10}(?:教えて|表示|出力|見せて|明かし|公開|繰り返)',
  ],
];
