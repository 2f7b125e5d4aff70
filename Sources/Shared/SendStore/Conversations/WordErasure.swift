internal import Store

extension SendStore {
  /// Writes the indexes of words anew, some pages a transaction: what was deleted stands in their old pages until then.
  func rewriteWords() throws(StoreError) {
    for index in [Words.rewrite, Words.rewriteNames] {
      // A negative number begins with all of the index.
      var pages = -Self.pagesAtOnce
      for _ in 0..<Self.mostSteps {
        let isDone = try engine.write(.conversations) { transaction throws(StoreError) -> Bool in
          let before = try transaction.written()
          try transaction.run(index, [.pages: .integer(pages)])
          return try transaction.written() - before < 2
        }
        if isDone { break }
        pages = Self.pagesAtOnce
      }
    }
  }

  private static let pagesAtOnce = 500
  /// A store of hundreds of millions of words is done with the next time.
  private static let mostSteps = 1000
}

extension Transaction {
  fileprivate func written() throws(StoreError) -> Int {
    try rows(Words.written) { $0.int(.count) }.first ?? 0
  }
}

extension Words {
  enum PagesParameter: Int, Columns { case pages }
  static let rewrite = Command<PagesParameter>("rewrite")
  static let rewriteNames = Command<PagesParameter>("rewriteNames")
  enum WrittenColumn: Int, Columns { case count }
  static let written = Query<Nothing, WrittenColumn>("written")
}
