/// What a word of an order is for.
enum ChatWord: Sendable, Equatable {
  /// Verbs: to send something to somebody, to tell something, to say just that, to answer, to count, to ignore.
  case send, show, say, answer, count, aside
  case instructions, key, link, tool, object, messages
  case handOver, silence
  case language(String)
  case disguise(ChatOrder.Disguise)

  /// Of several languages each, without case and accents; `*` stands for any ending.
  static let lists: [(ChatWord, String)] = [
    (
      .send,
      """
      write|writing|send|sends|sending|text|message|forward|relay|deliver|notify|tell|pass on|dm|"to"|"recipient"|"phone"|recipient|
      scriv*|manda*|invia*|inoltra*|spedi*|recapita|avvisa|escrib*|envia*|envie*|mande*|reenvia*|schreib*|
      send*|schick*|leite*|benachrichtige|ecri*|envo*|transmet*|transfer*|previens|escrev*|encaminh*|اكتب|ارسل|ابعث|راسل|
      напиш*|отправ*|пошли*|перешл*|сообщи*|写|寫|发|發|转发|告诉|告訴|通知|書いて|書け|送って|送信|送れ|転送|連絡して|伝えて
      """
    ),
    (
      .show,
      """
      print|show|reveal|repeat|output|display|dump|disclose|expose|list|recite|quote|paste|echo|leak|tell|give|spell|share|
      copy|return|summari*|what is|what's|what are|what were|read|translate|encode|describe|include|append|stampa*|mostra*|rivela*|
      ripet*|dimmi|dammi|elenca|incolla|riporta|copia|quali sono|qual e|recita|imprim*|muestra*|revela|repite|dime|dame|ensena*|
      lista|cuales son|cual es|druck*|zeig*|verrat*|wiederhol*|nenn*|gib|sag|sage|offenbar*|liste|kopier*|wie lauten|was sind|
      wie lautet|was ist|lies|affich*|montre*|revele*|repete*|donne*|dis|dites|copie|quelles sont|quelle est|mostre*|
      repita|diga|quais sao|اطبع|اعرض|اظهر|اكشف|كرر|اخبرني|قل|اعطني|ما هي|ما هو|напечата*|распечата*|покаж*|раскро*|повтор*|
      вывед*|скаж*|дай|назов*|перечисл*|какие|какои|сообщи*|打印|显示|顯示|展示|透露|重复|重複|输出|輸出|告诉|告訴|说出|列出|
      是什么|给我|复述|表示|見せて|教えて|繰り返し|出力|印刷|公開して|何ですか
      """
    ),
    (
      .say,
      """
      say|repeat after me|answer exactly|reply exactly|write exactly|reply with|answer with|respond with|di|ripeti dopo di me|
      rispondi con|rispondi esattamente|repite conmigo|responde con|sag|sage|antworte mit|dis|dites|reponds par|diga|
      responda com|قل|скажи|ответь|说|說|言って
      """
    ),
    (
      .answer,
      """
      answer*|reply|respond|speak|talk|continue|write|switch|rispond*|parla*|scrivi|responde*|contesta*|habla*|escribe|antwort*|
      sprich|rede|schreib*|repond*|parle*|ecris|responda|fale|fala|escreva|اجب|رد|تحدث|اكتب|ответ*|отвеча*|говори*|пиши|回答|用|
      答えて|話して|返事
      """
    ),
    (
      .count,
      """
      count to|count up to|conta fino a|cuenta hasta|zahl bis|zahle bis|compte jusqu'a|compte jusqu a|conte ate|عد حتي|عد الي|
      посчитаи до|считаи до|数到|數到
      """
    ),
    (
      .aside,
      """
      ignore|forget|disregard|override|set aside|drop|skip|bypass|overrule|never mind|discard|ignora|dimentica|scorda|trascura|
      salta|olvida*|omite|descarta|ignorier*|vergiss|missacht*|verwirf|oublie*|ignorez|neglige*|esquec*|desconsider*|تجاهل|انس|
      игнориру*|забуд*|отброс*|忽略|忘记|忘掉|无视|無視|忘れ
      """
    ),
    (
      .instructions,
      """
      instruction*|system prompt|system message|prompt|your rules|guidelines|directives|text above|everything above|words above|
      you were told|istruzion*|prompt di sistema|tue regole|direttive|messaggio di sistema|instruccion*|tus reglas|
      mensaje del sistema|directrices|anweisung*|instruktion*|systemprompt|systemnachricht|deine regeln|vorgaben|consignes|
      message systeme|tes regles|vos regles|instruco*|mensagem do sistema|suas regras|diretrizes|تعليمات|رساله النظام|
      инструкц*|системныи промпт|системное сообщение|промпт|твои правила|指令|提示词|提示詞|系统提示|系統提示|指示|プロンプト|
      システムメッセージ
      """
    ),
    (
      .key,
      """
      key|api key|apikey|password|secret*|token|credential*|chiave|segret*|credenzial*|clave|contrasena|secreto|schlussel|
      passwort|geheimnis|zugangsdaten|cle|mot de passe|jeton|chave|senha|segredo|مفتاح|كلمه السر|كلمه المرور|ключ*|парол*|
      секрет*|токен*|密钥|密鑰|密码|密碼|口令|キー|鍵|パスワード|トークン
      """
    ),
    (
      .link,
      """
      link|links|url|hyperlink|web address|collegamento|indirizzo web|enlace|vinculo|webadresse|lien|ligacao|رابط|ссылк*|链接|
      連結|鏈接|网址|リンク
      """
    ),
    (
      .tool,
      """
      tool|tools|function|functions|strumento|funzione|herramienta|funcion|werkzeug|funktion|outil|fonction|ferramenta|funcao|
      اداه|الاداه|داله|инструмент*|функци*|工具|函数|函數|ツール|関数
      """
    ),
    (.object, "object|oggetto|objeto|objekt|objet|كائن|объект|对象|對象|オブジェクト"),
    (
      .messages,
      "messages|messaggi|mensajes|nachrichten|mensagens|رسائل|сообщени*|条消息|則訊息|メッセージ|件"
    ),
    (
      .handOver,
      """
      hand over|hand me over|hand this over|human agent|transfer me|talk to a human|speak to a human|escalate|connect me to|passami|
      passa a un operatore|operatore umano|parlare con un operatore|parlare con una persona|pasame|hablar con una persona|
      agente humano|verbinde mich|mit einem menschen|ubergib|passe moi|passez moi|parler a un humain|parler a une personne|
      falar com uma pessoa|falar com um humano|حولني|شخص حقيقي|موظف|переключи*|соедини*|с человеком|转人工|人工客服|真人|人間に|
      オペレーター|担当者に
      """
    ),
    (
      .silence,
      """
      be silent|stay silent|remain silent|say nothing|do not answer|don't answer|do not reply|don't reply|keep quiet|stai zitto|
      non rispondere|fai silenzio|taci|resta in silenzio|callate|no respondas|guarda silencio|no contestes|schweig|sei still|
      antworte nicht|sag nichts|tais toi|ne reponds pas|garde le silence|fique em silencio|nao responda|اصمت|لا ترد|لا تجب|
      молчи|молчите|не отвечаи|保持沉默|别回答|不要回答|不要回复|闭嘴|黙って|返事しないで|答えないで|沈黙
      """
    ),
    (.language("en"), "english|inglese|ingles|englisch|anglais|انجليزيه|по англииски|英语|英文|英語"),
    (
      .language("it"),
      "italian|italiano|italienisch|italien|ايطاليه|по итальянски|意大利语|イタリア語"
    ),
    (
      .language("fr"),
      "french|francese|frances|franzosisch|francais|فرنسيه|по французски|法语|フランス語"
    ),
    (.language("de"), "german|tedesco|aleman|deutsch|allemand|alemao|المانيه|по немецки|德语|ドイツ語"),
    (
      .language("es"),
      "spanish|spagnolo|espanol|castellano|spanisch|espagnol|espanhol|اسبانيه|по испански|西班牙语|スペイン語"
    ),
    (
      .language("pt"),
      "portuguese|portoghese|portugues|portugiesisch|portugais|برتغاليه|по португальски|葡萄牙语|ポルトガル語"
    ),
    (.language("ar"), "arabic|arabo|arabe|arabisch|عربيه|по арабски|阿拉伯语|アラビア語"),
    (.language("ru"), "russian|russo|ruso|russisch|russe|روسيه|по русски|俄语|ロシア語"),
    (.language("zh"), "chinese|cinese|chino|chinesisch|chinois|chines|صينيه|по китаиски|中文|汉语|中国語"),
    (
      .language("ja"),
      "japanese|giapponese|japones|japanisch|japonais|يابانيه|по японски|日语|日本語"
    ),
    (
      .disguise(.reversed),
      """
      reversed|backwards|backward|in reverse|al contrario|al reves|ruckwarts|a l'envers|de tras para frente|ao contrario|بالعكس|
      наоборот|задом наперед|倒序|倒着|逆に|逆順
      """
    ),
    (.disguise(.base64), "base64|base 64"),
    (
      .disguise(.pieces),
      """
      in pieces|in parts|piece by piece|a pezzi|a parti|en partes|por partes|en trozos|in teilen|stuckweise|en morceaux|em partes|
      على اجزاء|по частям|частями|分段|少しずつ|分けて
      """
    ),
    (
      .disguise(.spaced),
      """
      letter by letter|with spaces|with a space|lettera per lettera|letra por letra|buchstabe fur buchstabe|
      lettre par lettre|حرفا حرفا|по буквам|逐字|一文字ずつ
      """
    ),
  ]
}
