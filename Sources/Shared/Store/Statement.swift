internal import Synchronization

/// A statement of a noun: its name in the noun's `.sql` files, and the columns that it takes and gives.
package final class Statement: Sendable, CustomStringConvertible {
  package let name: String
  @usableFromInline let takes: [String]
  let gives: [String]
  /// nil: both.
  let only: Dialect?
  /// No other statement of this process has it: a place in the arrays of every engine.
  let number: Int

  private static let made = Atomic(0)

  init(_ name: String, takes: [String], gives: [String], only: Dialect?) {
    self.name = name
    self.takes = takes
    self.gives = gives
    self.only = only
    number = Self.made.add(1, ordering: .relaxed).oldValue
  }

  package var description: String { name }

  /// Where each column that is read stands in a result of these columns. One that is missing is a mistake of
  /// ours, and so is one that nobody reads.
  func places(in found: [String]) throws(StoreError) -> [Int] {
    if let stranger = found.first(where: { !gives.contains($0) }) {
      throw .broken("the statement \(name) gives \(stranger), which nobody reads")
    }
    return try gives.map { column throws(StoreError) in
      guard let place = found.firstIndex(of: column) else {
        throw .broken("the statement \(name) does not give \(column)")
      }
      guard found.lastIndex(of: column) == place else {
        throw .broken("the statement \(name) gives \(column) twice")
      }
      return place
    }
  }
}

/// The two databases that the statements are written for.
package enum Dialect: Sendable, CaseIterable { case sqlite, postgres }

package protocol NamedStatement: Sendable {
  var statement: Statement { get }
}

/// A statement that gives rows.
package struct Query<Takes: Columns, Gives: Columns>: NamedStatement {
  package let statement: Statement

  package init(_ name: String, only dialect: Dialect? = nil) {
    statement = Statement(name, takes: Takes.names, gives: Gives.names, only: dialect)
  }
}

/// A statement that gives none.
package struct Command<Takes: Columns>: NamedStatement {
  package let statement: Statement

  package init(_ name: String, only dialect: Dialect? = nil) {
    statement = Statement(name, takes: Takes.names, gives: [], only: dialect)
  }
}
