extension Message {
  /// The message that this one is about: which it answers, or reacts to.
  package var named: ProviderID? {
    if case .reaction(let reaction) = content { reaction.to } else { replyTo }
  }

  /// The same about another; unchanged where it is about none.
  package func naming(_ id: ProviderID) -> Message {
    var message = self
    if case .reaction(var reaction) = content {
      reaction.to = id
      message.content = .reaction(reaction)
    } else if replyTo != nil {
      message.replyTo = id
    }
    return message
  }
}
