extension HandOverPhrases {
  static let english = HandOverPhrases(
    talking: """
      talk to, talk with, speak to, speak with, chat with, connect me to, connect me with, transfer me to,
      put me through to, pass me to, pass me on to, hand me over to, forward me to, switch me to, refer me to,
      get me, give me, get hold of, reach
      """,
    wanting:
      "want, need, i'd like, would like, i prefer, i'd prefer, can i have, may i have, is there",
    staff: """
      human, human being, human agent, human operator, human help, human support, real person, actual person,
      live person, live agent, live operator, operator, representative, rep, live chat, customer service agent,
      support agent, real agent, real human, an actual human, someone real, somebody real
      """,
    anybody: """
      person, agent, someone, somebody, anyone, anybody, advisor, adviser, staff, colleague, colleagues, manager, supervisor,
      customer service, customer support, customer care, support team, support, your team, sales team, employee
      """,
    fillers:
      "a, an, the, some, any, please, real, live, actual, your, one of your, of, other, another, now, just, hello, hi",
    denials: "not, don't, dont, didn't, never, no, without, instead, doesn't, won't, t",
    abilities: "can, cannot, could, able",
    others: """
      error, errors, resources, rights, nature, body, fee, fees, license, licence, name, names, number, code,
      id, manual, software, panel, app, list, page, size, years
      """,
    whole: """
      not a bot, not to a bot, no bots, stop the bot, dont want to talk to a bot, don't want a bot, no more bot,
      dont want to talk to a robot, dont want to talk to a machine, don't want to talk to a bot, i want a person, i need a person,
      don't want to talk to a robot, don't want to talk to a machine
      """,
    alone:
      "agent, person, human please, talk human, no bot, no robot, representative please, manager, help human"
  )

  static let italian = HandOverPhrases(
    talking: """
      parlare con, parlare a, parlo con, parlarne con, chattare con, scrivere a, mi passi, mi passa, mi passate,
      passami, passatemi, passarmi, mi metta in contatto con, mettimi in contatto con, mettetemi in contatto con,
      mettermi in contatto con, essere messo in contatto con, essere messa in contatto con, mi colleghi con,
      trasferiscimi a, mi trasferisca a, essere contattato da, essere contattata da, essere richiamato da,
      essere richiamata da, mi faccia parlare con, fammi parlare con, fatemi parlare con
      """,
    wanting:
      "voglio, vorrei, desidero, ho bisogno di, mi serve, preferisco, preferirei, cerco, posso avere, c'è",
    staff: """
      operatore, operatrice, operatore umano, umano, essere umano, umana, persona reale, persona vera, persona umana,
      persona in carne ed ossa, persona in carne e ossa, assistenza umana, addetto, addetta, consulente umano,
      operatore reale, operatore vero, persona fisica, risposta umana
      """,
    anybody: """
      persona, qualcuno, consulente, responsabile, collega, servizio clienti, assistenza, assistenza clienti,
      supporto, tecnico, commerciale, agente, titolare, direttore, vostro ufficio, ufficio
      """,
    fillers: """
      un, uno, una, un', il, lo, la, l, i, gli, le, con, per, favore, piacere, cortesia, vostro, vostra, vostri, nostro,
      di, del, dello, della, dei, voi, vero, reale, altro, altra, grazie, ciao, buongiorno, subito, ora, adesso, al, allo, alla,
      dal, dallo, dalla, da, a
      """,
    denials: "non, senza, mai, nemmeno, anziché, invece",
    abilities: "posso, possibile, riesco, potrei",
    others: """
      errore, fisica, giuridica, sanitario, ecologico, ecologica, telefonico, mobile, turistico, socio, unico, olistico, immobiliare,
      atmosferico, chimico, logico
      """,
    whole: """
      non voglio parlare con un bot, non voglio parlare con un robot, non voglio parlare con una macchina,
      basta bot, basta risposte automatiche, non voglio un bot, non voglio un robot, niente bot,
      non voglio risposte automatiche, in carne ed ossa, in carne e ossa,
      voglio una persona, vorrei una persona
      """,
    alone:
      "persona, umano, operatore, assistenza umana, parlare operatore, consulente, agente, richiamatemi"
  )

  static let spanish = HandOverPhrases(
    talking: """
      hablar con, hablo con, hablar a, chatear con, comunicarme con, comuníqueme con, comunícame con, me comunique con,
      páseme con, pásame con, pasarme con, me pasa con, me pase con, póngame con, ponme con, contactar con, conectarme con,
      transfiérame a, transfiéreme a, transferirme a, que me atienda, me puede atender, ser atendido por, ser atendida por
      """,
    wanting: "quiero, quisiera, necesito, prefiero, me gustaría, puedo tener, hay, deseo, busco",
    staff: """
      humano, humana, ser humano, persona real, persona humana, persona de verdad, operador, operadora, agente humano,
      asesor humano, asesora, agente real, persona de carne y hueso, atención humana, operador humano
      """,
    anybody: """
      persona, alguien, agente, asesor, representante, responsable, encargado, encargada, servicio al cliente,
      atención al cliente, soporte, ejecutivo, ejecutiva, compañero, supervisor
      """,
    fillers: """
      un, una, el, la, los, las, por, favor, con, a, al, de, del, su, vuestro, verdadero, verdadera, otro, otra, ya, ahora,
      hola, gracias
      """,
    denials: "no, sin, nunca, ni, jamás",
    abilities: "puedo, podría, posible, logro",
    others:
      "error, errores, recursos, humanos, móvil, telefónico, turístico, logístico, inmobiliario, jurídica, física",
    whole: """
      no quiero hablar con un bot, no quiero hablar con un robot, no quiero hablar con una máquina,
      quiero una persona, no quiero un bot, no quiero un robot, de carne y hueso, basta de bots
      """,
    alone: "persona, humano, agente, asesor, operador, hablar asesor, hablar persona, representante"
  )

  static let german = HandOverPhrases(
    talking: """
      sprechen mit, reden mit, rede mit, spreche mit, verbinden sie mich, verbinde mich, verbindet mich,
      mich verbinden mit, gern mit, gerne mit, lieber mit, geben sie mir, gib mir, leiten sie mich weiter an, kontakt zu, kontakt mit, chatten mit,
      möchte mit, will mit, kann ich mit, könnte ich mit, würde gern mit, würde gerne mit, muss mit, lassen sie mich mit,
      verbunden werden mit
      """,
    wanting:
      "ich will, ich möchte, ich brauche, ich hätte gern, ich hätte gerne, bitte, gibt es, ich wünsche",
    staff: """
      mensch, menschen, echter mensch, echten menschen, richtiger mensch, mitarbeiter, mitarbeiterin, mitarbeitern,
      kundenberater, kundenberaterin, sachbearbeiter, sachbearbeiterin, operator, echte person, echten person,
      menschliche hilfe, menschlichen mitarbeiter, menschlichen ansprechpartner, live chat
      """,
    anybody: """
      person, jemand, jemanden, jemandem, berater, beraterin, ansprechpartner, ansprechpartnerin, kundendienst,
      kundenservice, support, kollegen, kollegin, chef, vorgesetzten, agenten
      """,
    fillers: """
      ein, eine, einen, einem, einer, der, die, das, den, dem, bitte, mal, mit, ihrem, ihrer, ihren, echten, echte, echter,
      richtigen, wirklichen, gern, gerne, hallo, anderen, vom, von, jetzt, an, zu, zum
      """,
    denials: "nicht, kein, keine, keinen, nie, ohne, nein",
    abilities: "kann, könnte, warum",
    others: "rechte, versagen, leben, zu, sein, app, nummer, name, rabatt, wahlen, ausweis",
    whole: """
      nicht mit einem bot, nicht mit einem roboter, nicht mit einer maschine, keinen bot, kein bot mehr, keine maschine,
      kann mich jemand anrufen, ich will eine person
      """,
    alone:
      "mensch, mitarbeiter, berater, person, echter mensch, kundenservice, ansprechpartner, operator"
  )

  static let french = HandOverPhrases(
    talking: """
      parler à, parler avec, parler a, discuter avec, échanger avec, parle à, parlez moi à, me passer, passez moi, passe moi,
      mettez moi en contact avec, mettez moi en relation avec, me mettre en relation avec, être mis en relation avec,
      être mise en relation avec, me mettre en contact avec, transférez moi à, me transférer à, joindre, contacter,
      être rappelé par, être rappelée par, parler au, parler aux
      """,
    wanting:
      "je veux, je voudrais, j'ai besoin d', j'ai besoin de, je préfère, j'aimerais, puis je avoir, il y a, je souhaite",
    staff: """
      humain, humaine, être humain, vraie personne, personne réelle, personne humaine, opérateur, opératrice, conseiller,
      conseillère, agent humain, conseiller humain, vrai humain, une vraie personne, personne physique
      """,
    anybody: """
      quelqu'un, personne, agent, responsable, service client, service clients, support, collaborateur, collègue,
      technicien, commercial, gestionnaire
      """,
    fillers: """
      un, une, le, la, l, les, des, du, de, d, s'il, s, il, vous, te, plaît, svp, stp, votre, vos, vrai, vraie, autre, bonjour, merci,
      à, au, avec
      """,
    denials: "ne, n, pas, sans, jamais, ni",
    abilities: "peux, peut, puis, pourrais, arrive",
    others:
      "erreur, erreurs, ressources, resources, ne, n, immobilier, mobile, téléphonique, morale",
    whole: """
      pas parler à un robot, pas parler à un bot, pas parler à une machine, pas parler avec un robot, pas un robot,
      je veux une personne, pas de robot, en chair et en os
      """,
    alone:
      "humain, conseiller, agent, opérateur, une personne, parler humain, parler conseiller, vraie personne"
  )

  static let portuguese = HandOverPhrases(
    talking: """
      falar com, falo com, conversar com, conversar a, fale com, me passa para, me passe para, passe me para, passa me a,
      me transfere para, me transfira para, transferir para, me conecte com, me coloca com, me ponha em contato com,
      me ponha em contacto com, ser atendido por, ser atendida por, contatar, contactar com, entrar em contato com
      """,
    wanting: "quero, queria, gostaria de, preciso de, preciso, prefiro, tem, há, desejo, posso ter",
    staff: """
      humano, humana, ser humano, pessoa real, pessoa de verdade, atendente, atendente humano, operador, operadora,
      assistente humano, atendimento humano, pessoa humana, agente humano, pessoa de carne e osso
      """,
    anybody: """
      pessoa, alguém, agente, representante, responsável, consultor, consultora, vendedor, vendedora, suporte, gerente,
      atendimento, atendimento ao cliente, apoio ao cliente, funcionário, colaborador, técnico
      """,
    fillers: """
      um, uma, o, a, os, as, por, favor, com, de, do, da, seu, sua, vosso, verdadeiro, verdadeira, outro, outra, já, agora,
      olá, oi, obrigado, obrigada, algum, alguma
      """,
    denials: "não, sem, nunca, nem, jamais",
    abilities: "posso, consigo, possível",
    others: "erro, erros, recursos, móvel, jurídica, física, telefônico, imobiliário, logístico",
    whole: """
      não quero falar com um robô, não quero falar com robô, não quero falar com um bot, não quero falar com uma máquina,
      quero uma pessoa, não quero um robô, chega de robô, de carne e osso
      """,
    alone:
      "atendente, humano, pessoa, operador, agente, falar atendente, atendimento humano, consultor")
}
