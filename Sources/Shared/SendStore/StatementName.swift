/// Every statement that the stores know, by its name in the `.sql` files.
enum StatementName: String, CaseIterable, Sendable {
  case fact, saveFact, reserveKeys, intakePosition, saveIntake, addGroup, groups
  case pruneFlows, addLane, laneByName, expiredUnknown, adoptIntake, adoptPartitions, doubtIntake,
    partitionCount, addPartitions, renewPartitions
  case takePartitions, nextPartitionLapse, releasePartitions, readingPlace, passPartitions, hasRead
  case saveLaneIdentity, lanes, laneStates, laneChanges, stopLane, resumeLane, holdLane
  case holdTemplate, holdCampaign, sawWorker, forgetWorker, forgetSilentWorkers, workerCount
  case renewLeases, nextLapse, takeGroups, releaseGroup, takeDuty, releaseDuty, addFlow, flow,
    flowsOfLane
  case addWaiting, serveFlow, knownSends, insertSends, insertContents, insertQueue
  case insertHistory, insertOutbox, lockGroup, lockLanes, saveLane, saveInFlight, saveGroup
  case dueSends, nextDue, takeFromQueue, insertIntents, updateSends, savePairs, saveRecipients
  case strayIntents, orphanIntents, ownIntents, sweptClaims, takeIntents, lockSends, lockSendsByID,
    keysOfIDs, advance, standingByID,
    moveSends
  case insertProviderIDs, findProviderIDs, providerDay, saveAnswers, insertDoubts
  case deleteDoubts, doubtsDue, lookAgain, insertParked, parkedForProviderIDs, parkedForSends
  case parkedAfter, parkedOldest, parkedCount, deleteParked, insertInbound, openWindows
  case saveOptOuts, contact, outbox, deleteOutbox, outboxCount, insertDeliveries, dueDeliveries
  case finishDeliveries, retryDeliveries, send, historyOfSend, oldSends, deleteSends
  case deleteContents, deleteAnswers, deleteHistory, unpublished, pruneProviderIDs, prunePairs
  case pruneRecipients, pruneInbound, pruneDeliveries, unsettledSends, clearIntents, clearLeases
  case clearInFlight, lanePulses, heldFlows, restRecipients, closeWindows, saveWaIDs, rivals
  case openDoubts, attemptsUnderWay, releaseFlows, releaseTemplates
  case haltLanes, releaseLanes, tellRate, tellRecipients, wakeLanes, showLane, shownLanes
  case saveTemplateHold, flowTemplates, idsOfSends, inReplyTo, parkedByNumber
  case oldestParked, saveMarks, markedUntil, forgetMarks, insertAwaited, awaitedDue, deleteAwaited
  case contactsByWaID, insertSilent, deleteSilent, silentSends, isSilent
  case recipientSends, campaignFlows, campaignSends, queuedSends, sendingSends, doubtfulSends
  case endedSends, summaries, standings, providerIDsOfSend, insertCampaignSends
  case deleteCampaignSends, contentsOfIDs, clock, saveClock, claimDeliveries, releaseTemplate,
    forgetTemplateHold, pruneHolds
}
