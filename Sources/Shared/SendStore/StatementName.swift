/// Every statement that the stores know, by its name in the `.sql` files.
enum StatementName: String, CaseIterable, Sendable {
  case fact, saveFact, reserveKeys, intakePosition, saveIntake, addGroup, groups
  case saveLaneIdentity, lanes, laneStates, laneChanges, stopLane, resumeLane, holdLane
  case holdTemplate, holdCampaign, sawWorker, forgetWorker, forgetSilentWorkers, workerCount
  case renewLeases, takeGroups, releaseGroup, takeDuty, releaseDuty, addFlow, flow, flowsOfLane
  case addWaiting, serveFlow, knownSends, insertSends, insertContents, insertQueue
  case insertHistory, insertOutbox, lockGroup, lockLanes, saveLane, saveInFlight, saveGroup
  case dueSends, nextDue, takeFromQueue, insertIntents, updateSends, savePairs, saveRecipients
  case strayIntents, takeIntents, lockSends, keysOfIDs, insertProviderIDs, findProviderIDs
  case oldestProviderDay, saveAnswers, insertDoubts, deleteDoubts, doubtsDue, lookAgain
  case insertParked, parkedForProviderIDs, parkedForSends, parkedSince, parkedOldest
  case parkedCount, deleteParked, insertInbound, openWindows, saveOptOuts, contact, outbox
  case deleteOutbox, outboxCount, insertDeliveries, dueDeliveries, finishDeliveries
  case retryDeliveries, send, historyOfSend, oldSends, deleteSends, deleteContents
  case deleteAnswers, deleteHistory, unpublished, pruneProviderIDs, prunePairs, pruneRecipients
  case pruneInbound, pruneDeliveries, unsettledSends, clearIntents, clearLeases, clearInFlight
}
