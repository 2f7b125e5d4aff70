package import Store

extension SendStore {
  /// What it keeps. Others that share its transactions open a store with these and their own.
  /// How many migrations this version knows.
  package static var schemaVersion: Int { nouns.reduce(0) { $0 + $1.migrations.count } }

  package static let nouns: [Noun] = [
    Leases.noun, Partitions.noun, Arrivals.noun, Sends.noun, Intents.noun, Doubts.noun, Lanes.noun,
    Flows.noun, Callbacks.noun, Parked.noun, Marks.noun, Silence.noun, People.noun, Outbox.noun,
    Deliveries.noun, Upkeep.noun, Searches.noun, Credentials.noun, Templates.noun,
    Accounts.noun, Signups.noun, Tasks.noun, Raw.noun, Phones.noun,
    Campaigns.noun, Care.noun, Choices.noun, Persons.noun, Conversations.noun, Words.noun,
    Erasure.noun, Agents.noun, Assistants.noun, Objects.noun, MediaFiles.noun, Reasons.noun,
    Tallies.noun, Standings.noun, Resends.noun, Rehearsals.noun,
  ]
}

enum Leases {
  static let noun = Noun(
    "leases", sqlite: PackageResources.leases_sqlite_sql,
    postgres: PackageResources.leases_postgres_sql,
    [renew, take, nextLapse, release, clear])
}

enum Partitions {
  static let noun = Noun(
    "partitions", sqlite: PackageResources.partitions_sqlite_sql,
    postgres: PackageResources.partitions_postgres_sql,
    [
      count, add, renew, take, nextLapse, release, place, pass, hasRead, adopt, doubt, doubtful,
    ])
}

enum Arrivals {
  static let noun = Noun(
    "arrivals", sqlite: PackageResources.arrivals_sqlite_sql,
    postgres: PackageResources.arrivals_postgres_sql,
    [
      reserveKeys, position, savePosition, adopt, doubt, known, insertSends, insertContents,
      insertReports, insertCampaignSends, expiredUnknown, addLane, lane,
    ])
}

/// The migrations of before the nouns had modules of their own are here, whatever they are about.
enum Sends {
  static let noun = Noun(
    "sends", sqlite: PackageResources.sends_sqlite_sql,
    postgres: PackageResources.sends_postgres_sql,
    [
      lock, lockByID, update, enqueue, dequeue, insertHistory, keys, ids, answers, underWay, one,
      history, redact, saveAnswers, due, nextDue,
    ],
    migrations: [
      Migration(
        1, sqlite: PackageResources.sqlite_001_sql, postgres: PackageResources.postgres_001_sql),
      Migration(
        2, sqlite: PackageResources.sqlite_002_sql, postgres: PackageResources.postgres_002_sql),
      Migration(
        3, sqlite: PackageResources.sqlite_003_sql, postgres: PackageResources.postgres_003_sql),
      Migration(
        4, sqlite: PackageResources.sqlite_004_sql, postgres: PackageResources.postgres_004_sql),
      Migration(
        5, sqlite: PackageResources.sqlite_005_sql, postgres: PackageResources.postgres_005_sql),
      Migration(
        6, sqlite: PackageResources.sqlite_006_sql, postgres: PackageResources.postgres_006_sql),
      Migration(
        7, sqlite: PackageResources.sqlite_007_sql, postgres: PackageResources.postgres_007_sql),
      Migration(
        8, sqlite: PackageResources.sqlite_008_sql, postgres: PackageResources.postgres_008_sql),
      Migration(
        9, sqlite: PackageResources.sqlite_009_sql, postgres: PackageResources.postgres_009_sql),
      Migration(
        10, sqlite: PackageResources.sqlite_010_sql, postgres: PackageResources.postgres_010_sql),
      Migration(
        11, sqlite: PackageResources.sqlite_011_sql, postgres: PackageResources.postgres_011_sql),
      Migration(
        12, sqlite: PackageResources.sqlite_012_sql, postgres: PackageResources.postgres_012_sql),
      Migration(
        13, sqlite: PackageResources.sqlite_013_sql, postgres: PackageResources.postgres_013_sql),
      Migration(
        14, sqlite: PackageResources.sqlite_014_sql, postgres: PackageResources.postgres_014_sql),
      Migration(
        15, sqlite: PackageResources.sqlite_015_sql, postgres: PackageResources.postgres_015_sql),
      Migration(
        16, sqlite: PackageResources.sqlite_016_sql, postgres: PackageResources.postgres_016_sql),
      Migration(
        17, sqlite: PackageResources.sqlite_017_sql, postgres: PackageResources.postgres_017_sql),
      Migration(
        18, sqlite: PackageResources.sqlite_018_sql, postgres: PackageResources.postgres_018_sql),
      Migration(
        19, sqlite: PackageResources.sqlite_019_sql, postgres: PackageResources.postgres_019_sql),
      Migration(
        20, sqlite: PackageResources.sqlite_020_sql, postgres: PackageResources.postgres_020_sql),
      Migration(
        21, sqlite: PackageResources.sqlite_021_sql, postgres: PackageResources.postgres_021_sql),
      Migration(
        22, sqlite: PackageResources.sqlite_022_sql, postgres: PackageResources.postgres_022_sql),
      Migration(
        23, sqlite: PackageResources.sqlite_023_sql, postgres: PackageResources.postgres_023_sql),
      Migration(
        24, sqlite: PackageResources.sqlite_024_sql, postgres: PackageResources.postgres_024_sql),
      Migration(
        25, sqlite: PackageResources.sqlite_025_sql, postgres: PackageResources.postgres_025_sql),
    ])
}

enum Intents {
  static let noun = Noun(
    "intents", sqlite: PackageResources.intents_sqlite_sql,
    postgres: PackageResources.intents_postgres_sql,
    [insert, strays, orphans, own, take, clear])
}

enum Doubts {
  static let noun = Noun(
    "doubts", sqlite: PackageResources.doubts_sqlite_sql,
    postgres: PackageResources.doubts_postgres_sql,
    [insert, delete, due, open, lookAgain, rivals, sweptClaims])
}

enum Lanes {
  static let noun = Noun(
    "lanes", sqlite: PackageResources.lanes_sqlite_sql,
    postgres: PackageResources.lanes_postgres_sql,
    [
      addGroup, groups, saveIdentity, all, standings, pulses, backlog, changes, stop, resume, hold,
      lockGroup, lock, save, saveInFlight, saveGroup, clearInFlight, halt, resumeStopped, tellRate,
      tellRecipients, wake, show, shown,
    ])
}

enum Flows {
  static let noun = Noun(
    "flows", sqlite: PackageResources.flows_sqlite_sql,
    postgres: PackageResources.flows_postgres_sql,
    [
      add, find, waiting, addWaiting, serve, prune, pruneHolds, saveTemplateHold, holdTemplate,
      releaseTemplate, forgetTemplateHold, holdAgain, holdCampaign, release, forgetHolds, templates,
      ofCampaign, ofTemplate,
    ])
}

enum Callbacks {
  static let noun = Noun(
    "callbacks", sqlite: PackageResources.callbacks_sqlite_sql,
    postgres: PackageResources.callbacks_postgres_sql,
    [advance, advancePacked, standings, move, insertProviderIDs, findProviderIDs, latestDay])
}

enum Parked {
  static let noun = Noun(
    "parked", sqlite: PackageResources.parked_sqlite_sql,
    postgres: PackageResources.parked_postgres_sql,
    [insert, forProviderIDs, forSends, byNumber, after, before, oldest, count, delete])
}

enum Marks {
  static let noun = Noun(
    "marks", sqlite: PackageResources.marks_sqlite_sql,
    postgres: PackageResources.marks_postgres_sql,
    [save, until, forget])
}

enum Silence {
  static let noun = Noun(
    "silence", sqlite: PackageResources.silence_sqlite_sql,
    postgres: PackageResources.silence_postgres_sql,
    [expect, awaited, deleteAwaited, insert, counts, since])
}

enum People {
  static let noun = Noun(
    "people", sqlite: PackageResources.people_sqlite_sql,
    postgres: PackageResources.people_postgres_sql,
    [
      insertInbound, openWindows, saveOptOuts, saveMarketingOptOuts, ofPerson, contact, rest,
      closeWindows, inReplyTo, byWaID, saveWaIDs, acquainted, optedOut, savePairs, saveRecipients,
      prunePairs, pruneRecipients, pruneInbound,
    ])
}

enum Outbox {
  static let noun = Noun(
    "outbox", sqlite: PackageResources.outbox_sqlite_sql,
    postgres: PackageResources.outbox_postgres_sql,
    [oldest, about, providerIDs, changes, delete, count, insert, insertPacked, unpublished])
}

/// How many changes there were in each minute.
enum Tallies {
  static let noun = Noun(
    "tallies", sqlite: PackageResources.tallies_sqlite_sql,
    postgres: PackageResources.tallies_postgres_sql, [add, of, all, prune])
}

/// Where the sends of each hour stand.
enum Standings {
  static let noun = Noun(
    "standings", sqlite: PackageResources.standings_sqlite_sql,
    postgres: PackageResources.standings_postgres_sql, [add, of, all, prune],
    migrations: [
      Migration(
        27, sqlite: PackageResources.sqlite_027_sql, postgres: PackageResources.postgres_027_sql)
    ])
}

enum Deliveries {
  static let noun = Noun(
    "deliveries", sqlite: PackageResources.deliveries_sqlite_sql,
    postgres: PackageResources.deliveries_postgres_sql,
    [insert, due, longestDue, claim, finish, retry, postpone, prune])
}

enum Upkeep {
  static let noun = Noun(
    "upkeep", sqlite: PackageResources.upkeep_sqlite_sql,
    postgres: PackageResources.upkeep_postgres_sql,
    [
      oldSends, deleteCampaignSends, deleteSends, deleteContents, deleteAnswers, deleteHistory,
      deleteSilent, deleteReports, deleteConversationSends, pruneProviderIDs, unsettled,
    ])
}

enum Searches {
  static let noun = Noun(
    "searches", sqlite: PackageResources.searches_sqlite_sql,
    postgres: PackageResources.searches_postgres_sql,
    [
      ofRecipient, newest, ofFlow, queued, sending, doubtful, ended, summaries, standings,
      providerIDs,
      glances, histories,
    ])
}

/// Why sends, flows and lanes wait: read for people, never written.
enum Reasons {
  static let noun = Noun(
    "reasons", sqlite: PackageResources.reasons_sqlite_sql,
    postgres: PackageResources.reasons_postgres_sql,
    [world, lane, lanes, send, ahead, above, backlogs, held])
}

enum Credentials {
  static let noun = Noun(
    "credentials", sqlite: PackageResources.credentials_sqlite_sql,
    postgres: PackageResources.credentials_postgres_sql, [stamp, all, save, replace, delete])
}

enum Templates {
  static let noun = Noun(
    "templates", sqlite: PackageResources.templates_sqlite_sql,
    postgres: PackageResources.templates_postgres_sql,
    [stamp, lists, all, one, save, put, vanish, touch, stir, want])
}

enum Phones {
  static let noun = Noun(
    "phones", sqlite: PackageResources.phones_sqlite_sql,
    postgres: PackageResources.phones_postgres_sql, [all, save, fail, tell, see, seen])
}

enum Accounts {
  static let noun = Noun(
    "accounts", sqlite: PackageResources.accounts_sqlite_sql,
    postgres: PackageResources.accounts_postgres_sql, [stamp, all, save, replace])
}

enum Signups {
  static let noun = Noun(
    "signups", sqlite: PackageResources.signups_sqlite_sql,
    postgres: PackageResources.signups_postgres_sql, [all, one, save, replace, prune])
}

/// Many sends of one upload.
enum Campaigns {
  static let noun = Noun(
    "campaigns", sqlite: PackageResources.campaigns_sqlite_sql,
    postgres: PackageResources.campaigns_postgres_sql,
    [
      create, one, lock, byKey, ofKey, page, open, save, saveUpload, addChange, changes, untold,
      told,
      addFaults, faults, insertSends, flows, groups, waiting, holds, underWay, join, serve,
      stopped, count, tally, queued, endUnclaimed, forgetRows, forgetContents,
      forgetCampaignSends, sourceRows, pruneChanges, pruneFaults, pruneCounts, pruneLanes, prune,
    ])
}

/// What runs by the clock.
enum Tasks {
  static let noun = Noun(
    "tasks", sqlite: PackageResources.tasks_sqlite_sql,
    postgres: PackageResources.tasks_postgres_sql, [all, save])
}

/// Webhooks as they came.
enum Raw {
  static let noun = Noun(
    "raw", sqlite: PackageResources.raw_sqlite_sql, postgres: PackageResources.raw_postgres_sql,
    [insert, page, one, forget, owners])
}

enum Care {
  static let noun = Noun(
    "care", sqlite: PackageResources.care_sqlite_sql,
    postgres: PackageResources.care_postgres_sql,
    [
      create, one, see, saveWave, savePlan, places, addPlaces, openPlaces, pricePlaces, audience,
      others, lanes, recipientsByDay, crowds,
      stops, stop, endStops, allow, lift, addMoney, money, lockMoney, reserve, release,
      addTenantMoney, lockTenantMoney, reserveOfTenant, charge, charges, optOuts, restFromMarketing,
      reached, lockPeople, reach, pruneReach, pruneRests, pruneMoney, pruneTenantMoney,
      pruneCharges, pruneStops, prunePlaces, pruneCare, copied, copyContact, copyRest,
    ])
}

/// What may be sent instead, once it is known which is the best.
enum Choices {
  static let noun = Noun(
    "choices", sqlite: PackageResources.choices_sqlite_sql,
    postgres: PackageResources.choices_postgres_sql,
    [keep, flows, open, of, choose, forget, settle, test, tested, win, one])
}

/// Who writes to the senders of a tenant.
enum Persons {
  static let noun = Noun(
    "persons", sqlite: PackageResources.persons_sqlite_sql,
    postgres: PackageResources.persons_postgres_sql,
    [
      find, add, identify, one, identities, named, remove, page, pageOf, called, byIdentity, speak,
      lock,
      become, takeBack, merge, addMerge, merges, undo,
    ])
}

/// What was said between a sender and a person, and who answers.
enum Conversations {
  static let noun = Noun(
    "conversations", sqlite: PackageResources.conversations_sqlite_sql,
    postgres: PackageResources.conversations_postgres_sql,
    [
      add, of, one, lock, save, page, pageOf, note, addMessage, said, sent, join, turnOf, stale,
      underWay, prune, pruneChanges, byKey, ofPerson, continued, continueIn, moveTo, history,
      untold,
      told, addNote, notes, isWaiting, waiting, waitingFacts, postpone, atRest,
      sentByAny,
    ])
}

/// All that is kept of one person, to be forgotten.
enum Erasure {
  static let noun = Noun(
    "erasure", sqlite: PackageResources.erasure_sqlite_sql,
    postgres: PackageResources.erasure_postgres_sql,
    [
      sends, sendProviderIDs, sendChoices, contacts, keepOptOuts, otherContacts, pairs, recipients,
      marketingRests, reach, faults, deliveries, rawEvents, parked, inbound, messages, changes,
      notes, conversations, assistantCalls, assistantPlaces, assistantReplies, assistantUse,
      identities, merges, persons,
    ])
}

/// What people said, by its words.
enum Words {
  static let noun = Noun(
    "words", sqlite: PackageResources.words_sqlite_sql,
    postgres: PackageResources.words_postgres_sql,
    [said, newest, ofMessage, withAddress, rewrite, rewriteNames, written])
}

/// Messages that have a name.
enum Objects {
  static let noun = Noun(
    "objects", sqlite: PackageResources.objects_sqlite_sql,
    postgres: PackageResources.objects_postgres_sql,
    [page, named, count, add, replace, remove])
}

/// Who of ours answers people, and whose turn it is.
enum Agents {
  static let noun = Noun(
    "agents", sqlite: PackageResources.agents_sqlite_sql,
    postgres: PackageResources.agents_postgres_sql,
    [tell, all, present, took, open, openOf])
}

/// What assistants are asked, what they answer, and what that costs.
enum Assistants {
  static let noun = Noun(
    "assistants", sqlite: PackageResources.assistants_sqlite_sql,
    postgres: PackageResources.assistants_postgres_sql,
    [
      isDue, due, places, place, unanswered, standings, addCall, calls, use, used, addReply,
      replying, gone, rest, stateOf, removeReply, queueReply, removeReplies, pruneCalls, pruneUse,
      withheld, answer,
    ])
}

/// Files that are to be sent.
enum MediaFiles {
  static let noun = Noun(
    "media", sqlite: PackageResources.media_sqlite_sql,
    postgres: PackageResources.media_postgres_sql, [add, named, fetched, ended, forget, received])
}
