/// When it is asked, and for how long.
package struct AssistantPace: Hashable, Sendable {
  /// Messages that come closer together than this are answered once.
  package var debounce = Duration.seconds(2)
  /// So long after the first of them it is asked all the same.
  package var longestDebounce = Duration.seconds(20)
  /// Of one call.
  package var deadline = Duration.seconds(30)
  /// Calls for one answer, where the endpoint is away or its answer is of no use.
  package var attempts = 3

  package init() {}

  /// When to ask, where messages came first and last at these times.
  package func due(first: Duration, last: Duration) -> Duration {
    min(last + debounce, first + longestDebounce)
  }
}
