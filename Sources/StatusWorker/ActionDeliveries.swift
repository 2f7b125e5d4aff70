internal import Events
internal import Settings
internal import Domain
internal import Providers
internal import SendStore
internal import Store

/// Writes down what tenants with an action are to be told of callbacks and messages from people. The same
/// news again is the same delivery.
struct ActionDeliveries {
  private let actions: ActionBook
  private let store: SendStore

  init(_ actions: ActionBook, _ store: SendStore) {
    self.actions = actions
    self.store = store
  }

  var isNeeded: Bool { !actions.isEmpty }

  func add(_ callbacks: [ProviderCallback]) throws(StoreError) {
    guard isNeeded else { return }
    let meant = callbacks.compactMap { callback in tenant(of: callback).map { (callback, $0) } }
    guard !meant.isEmpty else { return }
    let unnamed = meant.map(\.0).filter { $0.attempt == nil }
    let attempts = try store.attempts(of: Set(unnamed.map(\.providerID)))
    let named = meant.map { ($0, $1, $0.attempt ?? attempts[$0.providerID]) }
    let sends = try store.glance(at: Set(named.compactMap { $0.2?.send }).sorted())
    var deliveries: [NewDelivery] = []
    for (callback, tenant, attempt) in named {
      let send = attempt.flatMap { sends[$0.send] }.flatMap { own($0, callback, tenant) }
      // What the send came to before stands before it, whether or not the relay has got there.
      if let send, let before = send.standing { deliveries.append(NewDelivery(before, to: tenant)) }
      let about = send.map { $0.about(attempt: attempt?.number) }
      deliveries.append(NewDelivery(ActionEvent(callback, to: tenant, about: about), to: tenant))
    }
    try store.add(deliveries)
  }

  func add(
    _ messages: [(InboundMessage, Sender)], answering sends: [SendID?]
  ) throws(StoreError) {
    let deliveries = zip(messages, sends).filter { actions.hasAction($0.0.1.tenant) }.map {
      let ((message, sender), send) = $0
      return NewDelivery(
        ActionEvent(
          message, to: sender.tenant, isWhatsApp: sender.channel.isWhatsApp, answering: send),
        to: sender.tenant)
    }
    if !deliveries.isEmpty { try store.add(deliveries) }
  }

  /// nil where nobody is to be told.
  private func tenant(of callback: ProviderCallback) -> Tenant? {
    let tenant =
      callback.tenant
      ?? actions.owner(of: callback.account, address: callback.phoneNumberID ?? callback.from)
    return tenant.flatMap { actions.hasAction($0) ? $0 : nil }
  }

  /// nil where the send is not that signer's and tenant's: a callback may name any.
  private func own(
    _ send: SendGlance, _ callback: ProviderCallback, _ tenant: Tenant
  ) -> OwnSend? {
    guard let sender = actions.sender(send.sender), sender.tenant == tenant,
      sender.account == callback.account,
      callback.phoneNumberID.map({ $0 == sender.address }) ?? true
    else { return nil }
    return OwnSend(send: send, sender: sender)
  }
}

/// A send with its sender, as its tenant may see it.
private struct OwnSend {
  let send: SendGlance
  let sender: Sender

  func about(attempt: Int?) -> ActionEvent.About {
    ActionEvent.About(
      send: send.id, sender: sender.id, attempt: attempt ?? send.attempt, campaign: send.campaign,
      template: send.template, metadata: send.content.metadata)
  }

  /// As the relay would tell of where it stands.
  var standing: ActionEvent? {
    guard send.state != .queued, send.state != .sending else { return nil }
    return ActionEvent(
      send.state, version: send.version, of: about(attempt: send.attempt), to: send.recipient,
      from: sender, providerID: send.providerID, at: send.changed)
  }
}

extension NewDelivery {
  fileprivate init(_ event: ActionEvent, to tenant: Tenant) {
    self.init(id: event.id, tenant: tenant, line: event.line, body: event.body)
  }
}
