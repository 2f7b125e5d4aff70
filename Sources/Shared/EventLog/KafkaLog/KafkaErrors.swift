internal import Kafka

extension LogError {
  init(_ error: KafkaError) {
    self =
      switch error.kind {
      // A fatal error is one of the handle; the log has a new one by the next call.
      case .unreachable, .fatal: .unreachable(error.description)
      case .queueFull: .full(.queue)
      case .tooLarge: .other("refused by the broker: \(error.description)")
      case .lost: .lost([])
      case .closed: .closed
      case .setting: .unusable(error.description)
      case .other: .other(error.description)
      }
  }
}
