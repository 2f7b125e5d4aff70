/// Why a row of an upload makes no send, for the person who has to mend it.
package struct RowFault: Error, Hashable, Sendable, CustomStringConvertible {
  package let line: Int
  /// A column's name, or the place in the message as a JSON pointer; nil where it is the whole row.
  package let field: String?
  package let reason: Reason
  package let detail: String

  package init(line: Int, field: String? = nil, _ reason: Reason, _ detail: String) {
    (self.line, self.field, self.reason, self.detail) = (line, field, reason, detail)
  }

  package var description: String {
    "line \(line)\(field.map { ", \($0)" } ?? ""): \(detail)"
  }

  /// By which faults are counted.
  package enum Reason: String, Hashable, Sendable, CaseIterable {
    case openQuote = "open-quote"
    case textAfterQuote = "text-after-quote"
    case rowTooLong = "row-too-long"
    case fieldTooLong = "field-too-long"
    case tooManyFields = "too-many-fields"
    case notText = "not-text"
    case notJSON = "not-json"
    case nestedValue = "nested-value"
    case doubledField = "doubled-field"
    case noRecipient = "no-recipient"
    case shortenedNumber = "shortened-number"
    case lostPlus = "lost-plus"
    case lostZero = "lost-zero"
    case spreadsheetError = "spreadsheet-error"
    case severalNumbers = "several-numbers"
    case notANumber = "not-a-number"
    case emptyValue = "empty-value"
    case unstorable
    case hiddenTemplate = "hidden-template"
    /// Nobody knows by which clocks the person lives, and the campaign keeps quiet hours.
    case noZone = "no-zone"
    /// Meta delivers no marketing there.
    case noMarketing = "no-marketing"
    case message
  }
}
