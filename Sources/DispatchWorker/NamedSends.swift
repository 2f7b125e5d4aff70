internal import Domain
internal import Providers
internal import SendStore
internal import Store
internal import Time

/// Sends of ours that messages name by our ids: what they answer or react to. Their provider knows them by its own,
/// which it tells when it takes them; until then whatever names them waits.
struct NamedSends {
  private let sender: SenderID
  /// nil where the store could not tell.
  private let found: [SendID: SendGlance]?

  /// Asks the store only where one is named.
  init(
    in requests: [Result<SendRequest, Failure>], from sender: SenderID, in store: SendStore
  ) {
    let ids = requests.compactMap { request in
      if case .success(let read) = request { Self.id(in: read.message) } else { nil }
    }
    self.sender = sender
    do throws(StoreError) { found = try store.glance(at: Set(ids).sorted()) } catch { found = nil }
  }

  init(_ found: [SendID: SendGlance]?, from sender: SenderID) {
    (self.found, self.sender) = (found, sender)
  }

  enum Standing: Hashable {
    /// It names none, or one by the provider's id.
    case usual
    case known(ProviderID)
    case waiting(Duration)
  }

  /// Throws where what is named will never have an id.
  func standing(
    of message: Message, in send: ClaimedSend, at now: Timestamp
  ) throws(Failure) -> Standing {
    guard let id = Self.id(in: message) else { return .usual }
    guard let found else { return .waiting(Self.pause) }
    let isOld = [id, send.id].compactMap(\.messageTime).contains { time in
      now - Timestamp(microseconds: time) > Self.intakeTime
    }
    guard let glance = found[id] else {
      // One that was just taken may not be in the store yet.
      guard !isOld else { throw .nobodyNamed }
      return .waiting(Self.longPause)
    }
    guard glance.sender == sender else { throw .nobodyNamed }
    if let known = glance.providerID { return .known(known) }
    // It went out, and what it is called was lost.
    let isLost = isOld && glance.state.rank >= SendState.accepted.rank
    guard !glance.state.isFailure, !isLost else { throw .nobodyNamed }
    return .waiting(Self.pause)
  }

  private static func id(in message: Message) -> SendID? {
    message.named.flatMap { SendID(wamid: $0) }
  }

  private static let pause = Duration.seconds(1)
  private static let longPause = Duration.seconds(5)
  private static let intakeTime = Duration.seconds(300)
}

extension Failure {
  static let nobodyNamed = Failure(
    code: "131009",
    sentence: "The message that it answers or reacts to did not go out from this sender.")
}
