package import Time

/// How a campaign goes, by one forecast.
package struct ForecastCourse: Hashable, Sendable {
  /// From its start to its end or expiry, merged into few.
  package internal(set) var stretches: [ForecastStretch] = []
  /// When the last of it is begun, whether or not that is before its expiry; nil: some are never begun.
  package internal(set) var finish: Timestamp?
  package internal(set) var expires: Timestamp?
  /// Begun from now on, before the expiry.
  package internal(set) var sent = 0
  package internal(set) var lanes: [Lane] = []
  package internal(set) var days: [Day] = []
  package internal(set) var price = ForecastPrice()
  /// How many are not written to, by reason.
  package internal(set) var losses: [ForecastLoss: Int] = [:]

  package struct Lane: Hashable, Sendable {
    package let sender: SenderID
    package internal(set) var sent = 0
    /// When the last of it is begun; nil: some never are.
    package internal(set) var finish: Timestamp?
    package internal(set) var stretches: [ForecastStretch] = []
  }

  /// Of UTC.
  package struct Day: Hashable, Sendable {
    /// At its beginning.
    package let day: Timestamp
    package internal(set) var sent: Int
  }

  package var leftAtExpiry: Int { losses[.expiry, default: 0] }

  package var isComplete: Bool { losses.values.allSatisfy { $0 == 0 } }
}

/// A span of a campaign in which one thing keeps it from going faster.
package struct ForecastStretch: Hashable, Sendable {
  package let from: Timestamp
  package internal(set) var until: Timestamp
  /// Begun in it.
  package internal(set) var sent: Int
  package internal(set) var limitedBy: ForecastLimit
}

/// What all messages of a forecast cost, in millionths of a currency.
package struct ForecastPrice: Hashable, Sendable {
  package internal(set) var least: Int64 = 0
  package internal(set) var most: Int64 = 0
  /// Messages whose price is not known: they are in neither sum.
  package internal(set) var unpriced = 0

  mutating func add(_ count: Int, at price: MessagePrice?) {
    guard let price else {
      unpriced += count
      return
    }
    least = least.adding(price.least, times: count)
    most = most.adding(price.most, times: count)
  }
}

extension Int64 {
  /// No price is that high, and none may stop a forecast.
  fileprivate func adding(_ price: Int64, times count: Int) -> Int64 {
    let (product, overflows) = price.multipliedReportingOverflow(by: Int64(count))
    if overflows { return .max }
    let (sum, isTooMuch) = addingReportingOverflow(product)
    return isTooMuch ? .max : sum
  }
}
