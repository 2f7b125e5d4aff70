internal import Dispatch

/// Maps on two cores at once, in order: for work that only computes, and enough of it.
package func mapInHalves<Element: Sendable, Value: Sendable>(
  _ items: [Element], _ transform: @escaping @Sendable (Element) -> Value
) -> [Value] {
  guard items.count >= 64 else { return items.map(transform) }
  let middle = items.count / 2
  let halves = Locked<[[Value]]>([[], []])
  DispatchQueue.concurrentPerform(iterations: 2) { half in
    let mapped = (half == 0 ? items[..<middle] : items[middle...]).map(transform)
    halves.withLock { $0[half] = mapped }
  }
  return halves.withLock { $0[0] + $0[1] }
}
